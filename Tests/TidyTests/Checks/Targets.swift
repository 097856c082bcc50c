/// Which target a Swift file belongs to, by the layout of the repository.
enum Targets {
    static func name(of path: String) -> String? {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count >= 3 else { return nil }
        return switch (parts[0], parts[1]) {
        case ("Sources", "Domain"), ("Sources", "C"): parts.count >= 4 ? parts[2] : nil
        case ("Sources", let target), ("Tests", let target): target
        case ("Projections", "Kit"): "ProjectionKit"
        case ("Projections", let view): view + "Projection"
        case ("EventSchemas", "Registry"): "EventRegistry"
        case ("EventSchemas", "proto"): "SchemaTexts"
        default: nil
        }
    }
}
