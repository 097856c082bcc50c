/// Which rows of a list: at most `count`, those born before position `before`.
struct Page: Sendable {
    /// Most rows in one answer.
    static let countMax = 500

    var count = countMax
    var before = Int64.max
}
