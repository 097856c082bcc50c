import Testing
import Threads

@Suite("A pipeline of two threads")
struct PipelineTests {
    @Test("hands over everything in order, and at the end what its maker came to")
    func order() {
        var taken: [Int] = []
        let outcome = Pipeline.run(valuesMax: 3) { put in
            for value in 0..<1_000 { put(value) }
            return "done"
        } take: {
            taken.append($0)
        }
        #expect(outcome == "done" && taken == Array(0..<1_000))
    }

    @Test("has no more on its way than it may, nor less than one")
    func bound() {
        let made = Monitor(0)
        var (taken, most) = (0, 0)
        Pipeline.run(valuesMax: 4) { put in
            for value in 0..<200 {
                put(value)
                made.change { $0 += 1 }
            }
        } take: { _ in
            taken += 1
            pause(millis: 1)
            most = max(most, made.look { $0 } - taken)
        }
        // As many as may wait, as many as are taken at once, and none of them counted twice.
        #expect(taken == 200 && (1...8).contains(most), "\(most) on their way")
    }

    @Test("ends where nothing was made")
    func nothing() {
        let outcome = Pipeline.run(valuesMax: 1) { (_: (Int) -> Void) in
            7
        } take: { _ in
        }
        #expect(outcome == 7)
    }
}
