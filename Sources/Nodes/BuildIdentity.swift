internal import Glibc

/// The exact build of the running program.
public enum BuildIdentity {
    /// The id that the linker gave the program, in hexadecimal digits: another one for every other content.
    ///
    /// `nil` where the program has none, such as one that was linked without `--build-id`.
    public static let current = of("/proc/self/exe")

    /// The id of a program file; `nil` for anything else.
    package static func of(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return ELFFile(file).buildID
    }
}

/// A program file of 64 bits in the ELF form (System V ABI, chapters 4 and 5), as far as its notes.
private struct ELFFile {
    private let file: Int32

    /// Most bytes of all notes together; a real program has some hundred.
    private static let notesBytesMax = 1 << 16
    private static let segmentsMax = 256

    init(_ file: Int32) { self.file = file }

    var buildID: String? {
        guard let head = bytes(at: 0, 64), head[0..<6] == [0x7f, 0x45, 0x4c, 0x46, 2, 1] else { return nil }
        let (table, size, count) = (number(head, 32, 8), number(head, 54, 2), number(head, 56, 2))
        guard size >= 56, count <= Self.segmentsMax else { return nil }
        for index in 0..<count {
            let isNote = 4
            guard let segment = bytes(at: table + index * size, 56), number(segment, 0, 4) == isNote else {
                continue
            }
            let length = number(segment, 32, 8)
            guard length <= Self.notesBytesMax, let notes = bytes(at: number(segment, 8, 8), length) else {
                continue
            }
            if let id = Self.buildID(in: notes, aligned: max(number(segment, 48, 8), 4)) { return id }
        }
        return nil
    }

    /// Looks through notes: three numbers of four bytes (length of the name, of the content, type), the name
    /// and the content, both filled up to the alignment.
    private static func buildID(in notes: [UInt8], aligned: Int) -> String? {
        func filled(_ length: Int) -> Int { (length + aligned - 1) / aligned * aligned }
        var index = 0
        while notes.count - index >= 12 {
            let note = Array(notes[index...])
            let (name, content) = (number(note, 0, 4), number(note, 4, 4))
            guard 12 + filled(name) + content <= note.count else { return nil }
            let isBuildID = 3
            if number(note, 8, 4) == isBuildID, Array(note[12..<12 + name]) == Array("GNU\0".utf8) {
                return note[12 + filled(name)..<12 + filled(name) + content].map { byte in
                    (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }.joined()
            }
            index += 12 + filled(name) + filled(content)
        }
        return nil
    }

    private func bytes(at offset: Int, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return pread(file, &bytes, count, off_t(offset)) == count ? bytes : nil
    }

    private func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        Self.number(bytes, offset, count)
    }

    /// A number whose lowest byte comes first; one beyond the bounds of a file is cut off.
    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        let value = bytes[offset..<offset + count].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(truncatingIfNeeded: value & 0x7fff_ffff_ffff)
    }
}
