// A process of its own that starts or stops a cluster, so that tests can be another user, or die; and one
// whose first thread ends before its last.

import EmbeddedPostgres
import Glibc
import Threads

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
    print("usage: EmbeddedPostgresProbe start|stop DIRECTORY, or outlive MILLISECONDS")
    exit(2)
}
if arguments[1] == "outlive" {
    _ = SystemThread.needed {
        poll(nil, 0, Int32(arguments[2]) ?? 0)
        exit(0)
    }
    pthread_exit(nil)
}
do throws(EmbeddedPostgresError) {
    let cluster = try EmbeddedCluster.start(dataDirectory: arguments[2])
    print("\(cluster.startedHere ? "started" : "adopted") \(cluster.postmasterPID)")
    if arguments[1] == "stop" { try cluster.stop(.fast) }
} catch {
    print(error)
    exit(1)
}
