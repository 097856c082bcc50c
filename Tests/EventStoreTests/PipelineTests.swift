import Testing
import Threads

@Suite("A pipeline of threads")
struct PipelineTests {
    @Test("hands over everything in order, whoever is done first", arguments: [1, 3])
    func order(makers: Int) {
        var taken: [Int] = []
        Pipeline.run(1_000, makers: makers, valuesMax: 4) { number in
            if number % 7 == 0 { pause(millis: 1) }
            return number
        } take: {
            taken.append($0)
            return true
        }
        #expect(taken == Array(0..<1_000))
    }

    @Test("makes as many at once as it has makers")
    func together() {
        let inside = Monitor(0)
        Pipeline.run(3, makers: 3, valuesMax: 3) { _ in
            inside.change { $0 += 1 }
            // Nobody goes on before all are here: with fewer makers it would never end.
            inside.wait { $0 == 3 }
        } take: { _ in
            true
        }
        #expect(inside.look { $0 } == 3)
    }

    @Test("has no more on its way than it may, nor less than one", arguments: [1, 3])
    func bound(makers: Int) {
        let begun = Monitor(0)
        var (taken, most) = (0, 0)
        Pipeline.run(200, makers: makers, valuesMax: 4) { _ in
            begun.change { $0 += 1 }
        } take: { _ in
            pause(millis: 1)
            most = max(most, begun.look { $0 } - taken)
            taken += 1
            return true
        }
        // As many as may be on their way, and the one that is being taken.
        #expect(taken == 200 && (1...5).contains(most), "\(most) on their way")
    }

    @Test("ends when it is told so, and where there is nothing to make")
    func ends() {
        var taken: [Int] = []
        Pipeline.run(.max, makers: 2, valuesMax: 3) {
            $0
        } take: {
            taken.append($0)
            return $0 < 10
        }
        #expect(taken == Array(0...10))
        Pipeline.run(0, makers: 2, valuesMax: 3) {
            $0
        } take: { _ in
            Issue.record("expected nothing to take")
            return true
        }
    }
}
