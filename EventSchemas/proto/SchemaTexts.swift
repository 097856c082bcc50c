/// The published schema as text, a file each, so that whoever gets events can read them without us.
public enum SchemaTexts {
    /// Path below the root of the schema and text, in order of path.
    public static let files: [(path: String, text: [UInt8])] = [
        ("accounts", PackageResources.accounts_proto),
        ("common", PackageResources.common_proto),
        ("compliance", PackageResources.compliance_proto),
        ("envelope", PackageResources.envelope_proto),
        ("orders", PackageResources.orders_proto),
        ("portfolio", PackageResources.portfolio_proto),
        ("references", PackageResources.references_proto),
        ("risk", PackageResources.risk_proto),
        ("sagas", PackageResources.sagas_proto),
        ("shard", PackageResources.shard_proto),
        ("suspense", PackageResources.suspense_proto),
    ].map { (path: "bifrost/v1/\($0.0).proto", text: $0.1) }
}
