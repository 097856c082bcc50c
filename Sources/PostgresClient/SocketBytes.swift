import Glibc

/// Messages of PostgreSQL's protocol, written to the socket as they are.
struct SocketBytes {
    let descriptor: Int32

    /// Sends a type, a length that counts itself, and the bytes; `false` when the session ended.
    func send(_ type: UInt8, _ bytes: RawSpan) -> Bool {
        let length = UInt32(bytes.byteCount + 4)
        let head: [UInt8] = [
            type, UInt8(length >> 24), UInt8(length >> 16 & 255), UInt8(length >> 8 & 255),
            UInt8(length & 255),
        ]
        guard unsafe head.withUnsafeBytes({ unsafe sendAll($0, hasMore: bytes.byteCount > 0) }) else {
            return false
        }
        return unsafe bytes.withUnsafeBytes { unsafe sendAll($0, hasMore: false) }
    }

    /// libpq's sockets do not block, so a full one is waited for.
    private func sendAll(_ bytes: UnsafeRawBufferPointer, hasMore: Bool) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
            let flags = Int32(MSG_NOSIGNAL) | (hasMore ? Int32(MSG_MORE) : 0)
            let count = unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, flags)
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard unsafe poll(&waiting, 1, -1) >= 0 || errno == EINTR else { return false }
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
