internal import Threads

/// Why the harness itself cannot go on; what it found wrong with the service is a violation instead.
package struct FaultError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Asks again and again until the answer is yes; false when the time is over.
package func wait(millis: Int, until isTrue: () throws -> Bool) rethrows -> Bool {
    let deadline = MonotonicTime.now.advanced(millis: millis)
    while MonotonicTime.now < deadline {
        if try isTrue() { return true }
        pause(millis: 5)
    }
    return try isTrue()
}
