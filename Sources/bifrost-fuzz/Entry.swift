// What libFuzzer calls. It brings `main`, and is linked in by `ops/fuzz` alone, which names the target in
// `BIFROST_FUZZ_TARGET` and the folder for its first inputs in `BIFROST_FUZZ_SEEDS`. Without a target the
// program prints their names.

import Foundation

/// Writes the inputs that the search begins with, when a folder for them is named.
@_cdecl("LLVMFuzzerInitialize")
public func initializeFuzzing(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?)
    -> CInt
{
    guard setting("BIFROST_FUZZ_TARGET") != nil else {
        for target in FuzzTarget.all { print(target.name) }
        exit(0)
    }
    guard let folder = setting("BIFROST_FUZZ_SEEDS") else { return 0 }
    do {
        for (number, seed) in try FuzzTarget.named.seeds().enumerated() {
            try Data(seed).write(to: URL(filePath: folder).appending(path: "seed-\(number)"))
        }
    } catch {
        preconditionFailure("expected seeds in \(folder), was \(error)")
    }
    return 0
}

/// Takes one input; a broken promise traps as the code under test would.
@_cdecl("LLVMFuzzerTestOneInput")
public func takeInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try FuzzTarget.named.take(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        preconditionFailure("\(error)")
    }
    return 0
}

func setting(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
