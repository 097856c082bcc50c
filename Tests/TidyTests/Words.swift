extension String {
    /// Whether `needle` stands here on its own: where it begins or ends with a letter, no identifier goes on.
    func mentions(_ needle: String) -> Bool { !positions(of: needle).isEmpty }

    /// Where `needle` stands on its own, as the text before and the text after each place.
    func positions(of needle: String) -> [(before: Substring, after: Substring)] {
        ranges(of: needle)
            .map { (self[..<$0.lowerBound], self[$0.upperBound...]) }
            .filter { before, after in
                let goesOnBefore = needle.first.isIdentifierPart && before.last.isIdentifierPart
                let goesOnAfter = needle.last.isIdentifierPart && after.first.isIdentifierPart
                return !goesOnBefore && !goesOnAfter
            }
    }

    var nonBlankCount: Int { count { !$0.isWhitespace } }
}

extension Character? {
    fileprivate var isIdentifierPart: Bool {
        guard let self else { return false }
        return self.isLetter || self.isNumber || self == "_"
    }
}
