internal import Hummingbird

/// Which methods each path has, for the answer to a method that it does not have (RFC 9110, 15.5.6).
struct RouteTable: Sendable {
    private struct Entry {
        let segments: [Substring]
        var methods: [String]
    }

    private let entries: [Entry]

    init<Context>(_ router: Router<Context>) {
        var entries: [Entry] = []
        for route in router.routes {
            let segments = "\(route.path)".split(separator: "/")
            if let index = entries.firstIndex(where: { $0.segments == segments }) {
                entries[index].methods.append(route.method.rawValue)
            } else {
                entries.append(Entry(segments: segments, methods: [route.method.rawValue]))
            }
        }
        self.entries = entries
    }

    /// The methods of `path` in the order of the alphabet; none where there is nothing at all.
    func methods(of path: String) -> [String] {
        let segments = path.split(separator: "/")
        // A path without parameters goes before one with them, as in the router.
        let found = entries.filter { Self.matches($0.segments, segments) }
            .max { Self.fixed($0.segments) < Self.fixed($1.segments) }
        return (found?.methods ?? []).sorted()
    }

    private static func matches(_ pattern: [Substring], _ path: [Substring]) -> Bool {
        pattern.count == path.count && zip(pattern, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }

    private static func fixed(_ pattern: [Substring]) -> Int { pattern.count { !$0.hasPrefix("{") } }
}
