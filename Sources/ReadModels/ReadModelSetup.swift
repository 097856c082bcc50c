public import EventStorePostgres

/// Makes the read side of a prepared database ready: `bifrost_read`, where builds and checkpoints are kept.
public enum ReadModelSetup {
    /// Brings its tables to the shape of this build, as `bifrost_projector`; safe to repeat and to run from
    /// many processes at once.
    public static func migrate(_ projectorConninfo: String) throws(SetupError) {
        try PostgresSetup.migrate(projectorConninfo, files)
    }

    private static let files = SQLFiles(schema: "bifrost_read", order: PackageResources.order_txt) { name in
        switch name {
        case "build.sql": PackageResources.build_sql
        case "build_indexes.sql": PackageResources.build_indexes_sql
        case "checkpoint.sql": PackageResources.checkpoint_sql
        case "migration.sql": PackageResources.migration_sql
        case "milestone.sql": PackageResources.milestone_sql
        case "move_checkpoint.sql": PackageResources.move_checkpoint_sql
        case "pace_vacuum.sql": PackageResources.pace_vacuum_sql
        case "read_model.sql": PackageResources.read_model_sql
        default: nil
        }
    }
}
