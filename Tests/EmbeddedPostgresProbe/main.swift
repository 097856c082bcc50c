// A process of its own that starts or stops a cluster, so that tests can be another user, or die.

import EmbeddedPostgres
import Glibc

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
    print("usage: EmbeddedPostgresProbe start|stop DIRECTORY")
    exit(2)
}
do throws(EmbeddedPostgresError) {
    let cluster = try EmbeddedCluster.start(dataDirectory: arguments[2])
    print("\(cluster.startedHere ? "started" : "adopted") \(cluster.postmasterPID)")
    if arguments[1] == "stop" { try cluster.stop(.fast) }
} catch {
    print(error)
    exit(1)
}
