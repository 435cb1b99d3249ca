import Glibc
import RingAPI
import RingCore
import RingPlanner
import RingServer

extension PoolView {
    /// What is exported of the pool as it is now, with the first `limit` of its nodes.
    func measurements(nodes limit: Int) -> [Measurement] {
        let pool = record.name.text
        let rows = nodes.map(NodeRow.init)
        var counts = Dictionary(NodeRow.states.map { ($0, Int64(0)) }) { first, _ in first }
        for row in rows { counts[row.state, default: 0] += 1 }
        let behind = (record.version?.value ?? 0) - (published?.value ?? 0)
        var found = [
            Measurement(.ringVersion, [pool], .whole(published?.value ?? 0)),
            Measurement(.unpublished, [pool], .whole(max(0, behind))),
            Measurement(.frozen, [pool], mode == .frozen),
            Measurement(.needsAck, [pool], mode == .needsAck),
        ]
        found += counts.sorted { $0.key < $1.key }.map { Measurement(.nodes, [pool, $0.key], .whole($0.value)) }
        for (row, view) in zip(rows, nodes).prefix(limit) {
            found += [
                Measurement(.nodeUp, [pool, row.name], view.health == .up || view.health == .suspect),
                Measurement(.nodeWeight, [pool, row.name], .whole(Int64(row.weight ?? 0))),
                Measurement(
                    .nodeShare,
                    [pool, row.name],
                    .real(Double(row.share.parts) / Double(Share.whole.parts))
                ),
            ]
            if let median = row.latencyP50, let slow = row.latencyP99 {
                found.append(Measurement(.nodeLatency, [pool, row.name, "50"], .real(Double(median) / 1e6)))
                found.append(Measurement(.nodeLatency, [pool, row.name, "99"], .real(Double(slow) / 1e6)))
            }
        }
        return found
    }
}

/// What the system says about this process.
enum ProcessMeasurements {
    static func now(startedAt: WallTime) -> [Measurement] {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let cpu =
            Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return [
            Measurement(.startTime, [], .real(Double(startedAt.milliseconds) / 1000)),
            Measurement(.cpu, [], .real(cpu)),
            Measurement(.memory, [], .whole(residentBytes)),
            Measurement(.descriptors, [], .whole(openDescriptors)),
            Measurement(.descriptorLimit, [], .whole(Int64(clamping: limit.rlim_cur))),
        ]
    }

    private static var residentBytes: Int64 {
        guard let file = fopen("/proc/self/statm", "re") else { return 0 }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        guard fgets(&buffer, 256, file) != nil else { return 0 }
        let fields = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " "
        )
        return fields.count > 1 ? (Int64(fields[1]) ?? 0) * Int64(getpagesize()) : 0
    }

    private static var openDescriptors: Int64 {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count: Int64 = 0
        while readdir(directory) != nil { count += 1 }
        // Without `.`, `..` and the directory itself.
        return max(0, count - 3)
    }
}
