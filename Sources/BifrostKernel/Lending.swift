extension Array {
    /// Lends each element where it stands, for as long as `body` runs: a copy counts all that it holds.
    @inlinable public func lendEach<Failure: Error>(
        _ body: (Element) throws(Failure) -> Void
    ) throws(Failure) {
        try withUnsafeBufferPointer { elements throws(Failure) in
            // The pointer's subscript lends where the buffer's own copies.
            guard let first = elements.baseAddress else { return }
            for index in elements.indices { try body(first[index]) }
        }
    }
}
