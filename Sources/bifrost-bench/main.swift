// Our own measurements, each against a plain way of doing the same work in the same run.
//
//     bifrost-bench append [--seconds N] [--rows N,N,…] [--payload BYTES] [--data DIRECTORY]

import Glibc

/// What the command line asks for.
struct BenchOptions {
    var seconds = 10
    var rows = [1, 50, 1_000]
    var payloadBytes = 120
    var dataDirectory = "/tmp/bifrost-bench"

    /// Nil when the arguments make no sense.
    init?(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch name {
            case "--seconds":
                guard let number = Int(value), number > 0 else { return nil }
                seconds = number
            case "--rows":
                rows = value.split(separator: ",").compactMap { Int($0) }.filter { $0 > 0 }
                guard !rows.isEmpty else { return nil }
            case "--payload":
                guard let number = Int(value), number >= 0 else { return nil }
                payloadBytes = number
            case "--data": dataDirectory = value
            default: return nil
            }
        }
    }
}

if CommandLine.arguments.dropFirst().first == "simulate" {
    guard let command = SimulateCommand(CommandLine.arguments.dropFirst(2)) else {
        print("usage: bifrost-bench simulate [--seconds N | --seeds N] [--seed S] [--steps N] [--keep N,N,…]")
        exit(2)
    }
    exit(command.run())
}

#if DEBUG
    print("bifrost-bench: a debug build measures nothing; build with -c release")
    exit(2)
#else
    guard CommandLine.arguments.dropFirst().first == "append",
        let options = BenchOptions(CommandLine.arguments.dropFirst(2))
    else {
        print("usage: bifrost-bench append [--seconds N] [--rows N,N,…] [--payload BYTES] [--data DIRECTORY]")
        exit(2)
    }
    do {
        try AppendBench(options).run()
    } catch {
        print("bifrost-bench: \(error)")
        exit(1)
    }
#endif
