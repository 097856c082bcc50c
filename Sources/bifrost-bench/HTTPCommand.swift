// Orders over HTTP by `wrk`: one process makes the requests, this one answers them, PostgreSQL keeps them,
// all on one machine. Each order has a key of its own, and a request of its own unless batches are asked for.

import ArgumentParser
import BifrostKernel
import DemoMarket
import Glibc
import Nodes
import Threads
import Venues

struct HTTPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http",
        abstract: "Orders a second over HTTP by wrk, and their times at half of that."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "Connections, each with one order on its way.")
    var connections = 32

    @Option(help: "Orders of one request; their times are those of the request.")
    var batch = 1

    func validate() throws {
        guard connections > 1 else { throw ValidationError("expected 2 connections or more") }
        guard 1...500 ~= batch else { throw ValidationError("expected batches of 1 … 500") }
    }

    func run() async throws {
        let server = try BenchServer(options)
        let log = try server.openLog()
        let venue = PaperVenue(commission: BasisPoints(5), journal: nil)
        let desk = try OrderDesk(log, venue: venue)
        desk.quote(at: venue)
        var house = try await OpenHouse(desk, log, venue, options.data)
        var table = FigureTable("http", asJSON: options.json)
        table.add(try measure(house.port, desk, delayMillis: 0).row("no read model follows"))
        try house.follow()
        let most = try measure(house.port, desk, delayMillis: 0)
        table.add(most.row("as many as possible"))
        // A connection's next request leaves so much later that all of them come to half; an answer takes
        // about half as long then.
        let delay = Int(2_000 * Double(connections * batch) / most.perSecond - most.p50Millis / 2)
        table.add(try measure(house.port, desk, delayMillis: max(delay, 1)).row("half of that"))
        table.finish()
        try await house.close()
        desk.stop()
        try server.stop()
    }

    /// What `wrk` says.
    private struct Report {
        var perSecond = 0.0
        var p50Millis = 0.0
        var p99Millis = 0.0
        var orders = 0
        var refused = 0

        func row(_ what: String) -> [(name: String, figure: FigureTable.Figure)] {
            [
                ("what", .text(what)), ("orders", .count(orders)), ("per_second", .decimal(perSecond)),
                ("p50_ms", .decimal(p50Millis)), ("p99_ms", .decimal(p99Millis)),
                ("refused", .count(refused)),
            ]
        }
    }

    private func measure(_ port: Int, _ desk: OrderDesk, delayMillis: Int) throws -> Report {
        let script = options.data + "/orders.lua"
        let prices = zip(desk.flow.market.symbols, desk.flow.market.days[0].closes)
        let orders = prices.map { "{\"\($0.text)\",\"\(Self.resting(below: $1).text)\"}" }
            .joined(separator: ",")
        try write(text(orders, desk.accounts.count, delayMillis), to: script)
        let load = "-t2 -c\(connections) -d\(options.seconds)s"
        let command = "wrk \(load) -s \(script) http://127.0.0.1:\(port) 2>&1"
        guard let pipe = popen(command, "r") else {
            throw BenchServer.Refusal(description: "expected to start wrk")
        }
        var report = Report()
        var isComplete = false
        var line = [CChar](repeating: 0, count: 1_024)
        while fgets(&line, Int32(line.count), pipe) != nil {
            let text = String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init), as: UTF8.self)
            let words = text.split(separator: " ")
            guard words.count == 6, words[0] == "figures" else { continue }
            report.orders = Int(words[1]) ?? 0
            report.perSecond = Double(words[2]) ?? 0
            report.p50Millis = Double(words[3]) ?? 0
            report.p99Millis = Double(words[4]) ?? 0
            report.refused = Int(words[5]) ?? 0
            isComplete = true
        }
        guard pclose(pipe) == 0, isComplete else {
            throw BenchServer.Refusal(
                description: "expected figures of `\(command)`: is wrk installed (apt install wrk)?"
            )
        }
        return report
    }

    /// A twentieth below a close: near enough for the rules, and no trade.
    private static func resting(below close: Price) -> Price {
        let tick = DemoMarket.tick.nanos
        return Price(nanos: close.nanos / 20 * 19 / tick * tick)
    }

    private func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w"), fputs(text, file) >= 0, fclose(file) == 0 else {
            throw BenchServer.Refusal(description: "expected to write \(path)")
        }
    }

    /// What is not a new order counts as refused.
    private func text(_ orders: String, _ accounts: Int, _ delayMillis: Int) -> String {
        """
        local orders, accounts, wait, batch = {\(orders)}, \(accounts), \(delayMillis), \(batch)
        local threads, count = {}, 0
        function setup(thread)
            thread:set("number", count)
            count = count + 1
            table.insert(threads, thread)
        end
        function init()
            made, taken, start = 0, 0, os.time()
        end
        function delay() return wait end
        local function order()
            made = made + 1
            local order = orders[made % #orders + 1]
            local body = string.format('{"symbol":"%s","side":"buy","type":"limit","quantity":"%d","limitPrice":"%s"}',
                order[1], 1 + made % 100, order[2])
            return "a" .. made % accounts, string.format("%d-%d-%d-%d", start, wait, number, made), body
        end
        local json = "application/json"
        function request()
            if batch == 1 then
                local account, key, body = order()
                return wrk.format("POST", "/v1/accounts/" .. account .. "/orders",
                    {["Content-Type"] = json, ["Idempotency-Key"] = key}, body)
            end
            local commands = {}
            for place = 1, batch do
                commands[place] = string.format(
                    '{"command":"placeOrder","account":"%s","idempotencyKey":"%s","body":%s}', order())
            end
            return wrk.format("POST", "/v1/batches", {["Content-Type"] = json},
                '{"commands":[' .. table.concat(commands, ",") .. ']}')
        end
        function response(status, headers, body)
            if batch > 1 then
                local _, new = body:gsub('"status":201,"replayed":false', "")
                taken = taken + new
            elseif status == 201 and not headers["Idempotency-Replayed"] then
                taken = taken + 1
            end
        end
        function done(summary, latency)
            local new = 0
            for _, thread in ipairs(threads) do new = new + thread:get("taken") end
            local all = summary.requests * batch
            print(string.format("figures %d %.1f %.3f %.3f %d", all, all * 1e6 / summary.duration,
                latency:percentile(50) / 1000, latency:percentile(99) / 1000, all - new))
        end
        """
    }
}
