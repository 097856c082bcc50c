import EmbeddedPostgres
import Faults
import HTTPAPI
import Nodes
import PostgresClient
import SeededChoices
import Testing
import Threads

extension FaultTests {
    private static let diskMegabytes = 400
    private static let reserveMegabytes = 64

    private func setup(_ disk: SmallDisk, reserve: Int) -> ServiceProcess.Setup {
        var setup = ServiceProcess.Setup(
            binary: ServiceProcess.sibling("bifrost"),
            dataDirectory: disk.path + "/data"
        )
        setup.options = ["--disk-reserve-mb", "\(reserve)"]
        return setup
    }

    @Test(
        "commands wait while the disk has only its reserve left, and go on when there is more",
        .enabled(if: SmallDisk.obstacle == nil, "\(SmallDisk.obstacle ?? "")")
    )
    func reserve() throws {
        let disk = try SmallDisk(named: "reserve", megabytes: Self.diskMegabytes)
        let setup = setup(disk, reserve: Self.reserveMegabytes)
        let house = try FaultHouse(setup, seed: Amount.seed, clients: 3)
        var dice = Generator(seed: Amount.seed)
        try house.round("the disk has its reserve left", mayEnd: false, &dice) { service, _ in
            disk.fill(leaving: Self.reserveMegabytes << 19)
            let isShort = wait(millis: 10_000) {
                guard let health = try? setup.client.send("GET", "/health") else { return false }
                return health.status == 503 && health.body["status"] == "storage-low"
            }
            #expect(isShort)
            let before = house.refusals("STORAGE_LOW")
            #expect(wait(millis: 10_000) { house.refusals("STORAGE_LOW") > before + 3 })
            let pull = try setup.client.send("POST", "/v1/kill-switch", idempotencyKey: "setup-pull")
            #expect(pull.status == 200, "what lowers risk is taken: \(pull.body.text)")
            disk.drain()
            #expect(wait(millis: 10_000) { service.isServing })
            let back = try setup.client.send("DELETE", "/v1/kill-switch", idempotencyKey: "setup-release")
            #expect(back.status == 200)
        }
        try expectSound(house)
    }

    @Test(
        "a disk that is full for good measure: no wrong answer, and on it goes when there is space",
        .enabled(if: SmallDisk.obstacle == nil, "\(SmallDisk.obstacle ?? "")")
    )
    func fullDisk() throws {
        let disk = try SmallDisk(named: "full", megabytes: Self.diskMegabytes)
        let setup = setup(disk, reserve: 0)
        let house = try FaultHouse(setup, seed: Amount.seed, clients: 3)
        var dice = Generator(seed: Amount.seed)
        for logIsFull in [false, true] {
            try house.round("the disk is full", mayEnd: true, &dice) { _, _ in
                disk.fill(leaving: 0)
                // The next segment of the write-ahead log has no place either: the server panics, unless
                // the service has ended by then, because its venue closed, and the server with it.
                if logIsFull, let cluster = try EmbeddedCluster.running(dataDirectory: setup.dataDirectory) {
                    #expect(throws: PostgresError.self) { try Self.turnLog(cluster) }
                }
                let end = MonotonicTime.now.advanced(millis: 3_000)
                while MonotonicTime.now < end {
                    disk.fill(leaving: 0)
                    pause(millis: 20)
                }
                disk.drain()
            }
        }
        try expectSound(house)
    }

    private static func turnLog(_ cluster: EmbeddedCluster) throws {
        let root = try PostgresConnection(
            cluster.conninfo(user: EmbeddedCluster.superuser, database: "bifrost")
        )
        // More than the segments that lie ready.
        for _ in 0..<6 {
            try root.execute("select pg_switch_wal()")
            try root.execute("select pg_logical_emit_message(false, 'test', 'something to switch')")
        }
    }

    @Test("a reserve is left with a quarter on top, and where nothing can be seen nothing is short")
    func hysteresis() {
        var reserve = DiskReserve(megabytes: 100)
        #expect(reserve.look(free: 100 << 20) == nil)
        #expect(reserve.look(free: (100 << 20) - 1) == "99 MB are free, and 100 MB are kept in reserve")
        #expect(reserve.look(free: 124 << 20) != nil)
        #expect(reserve.look(free: 125 << 20) == nil)
        #expect(reserve.look(free: 0) != nil)
        #expect(reserve.look(free: nil) == nil)
        var none = DiskReserve(megabytes: 0)
        #expect(none.look(free: 0) == nil)
    }

    func expectSound(_ house: FaultHouse) throws {
        var summary = FaultSummary()
        try house.close(into: &summary)
        print(summary)
        #expect(summary.violations == [], "BIFROST_FAULT_SEED=\(Amount.seed)")
        #expect(summary.lost == 0 && summary.doubled == 0 && summary.acknowledged > 0)
    }
}
