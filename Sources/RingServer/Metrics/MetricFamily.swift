/// Metrics of one name: what they mean, how they grow, and by what they are told apart.
package struct MetricFamily: Hashable, Sendable {
    /// What a value is.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Rises only, while the process runs.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts by size.
        case histogram
    }

    package let name: String
    package let kind: Kind
    /// One sentence.
    package let help: String
    /// The names of the labels, in the order in which they are written.
    package let labels: [String]

    package init(_ name: String, _ kind: Kind, _ labels: [String], _ help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }

    /// The family of that name, where it is one of ringd's own.
    package static func named(_ name: String) -> MetricFamily? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

extension MetricFamily {
    package static let buildInfo = MetricFamily(
        "ringd_build_info",
        .gauge,
        ["version"],
        "Which ringd this is; the value is always 1."
    )
    package static let ready = MetricFamily(
        "ringd_ready",
        .gauge,
        [],
        "Whether ringd does its work: 1, or 0 while GET /readyz tells why not."
    )
    package static let epoch = MetricFamily(
        "ringd_epoch",
        .gauge,
        [],
        "The term of the writer: it rises whenever a restored database begins a new one."
    )
    package static let ringVersion = MetricFamily(
        "ringd_ring_version",
        .gauge,
        ["pool"],
        "The newest version of the ring that clients can see."
    )
    package static let unpublished = MetricFamily(
        "ringd_ring_unpublished_versions",
        .gauge,
        ["pool"],
        "Versions that are committed and wait to be published; above 0 only for moments unless the disk refuses them."
    )
    package static let frozen = MetricFamily(
        "ringd_pool_frozen",
        .gauge,
        ["pool"],
        "1 while nothing is published or flushed by itself, because many nodes seemed to fail at once."
    )
    package static let needsAck = MetricFamily(
        "ringd_pool_needs_ack",
        .gauge,
        ["pool"],
        "1 while automation only holds, until an operator acknowledges the changes so far."
    )
    package static let nodes = MetricFamily(
        "ringd_nodes",
        .gauge,
        ["pool", "state"],
        "Nodes by the state that ringctl shows; every state is present."
    )
    package static let nodeUp = MetricFamily(
        "ringd_node_up",
        .gauge,
        ["pool", "node"],
        "1 while the node's probes are answered: it is up or suspect."
    )
    package static let nodeWeight = MetricFamily(
        "ringd_node_weight",
        .gauge,
        ["pool", "node"],
        "The weight of the node's slot; 0 for a node without one."
    )
    package static let nodeShare = MetricFamily(
        "ringd_node_share_ratio",
        .gauge,
        ["pool", "node"],
        "The share of the keys that the ring gives the node."
    )
    package static let nodeLatency = MetricFamily(
        "ringd_node_probe_latency_seconds",
        .gauge,
        ["pool", "node", "percentile"],
        "Percentiles of the node's newest 64 answered probes."
    )
    package static let nodesLeftOut = MetricFamily(
        "ringd_metrics_nodes_left_out",
        .gauge,
        [],
        "Nodes beyond the bound on series, of which nothing is exported."
    )
    package static let seriesLeftOut = MetricFamily(
        "ringd_metrics_series_left_out_total",
        .counter,
        [],
        "Series beyond the bound that were asked for and not kept."
    )
    package static let nodeRestarts = MetricFamily(
        "ringd_node_restarts_total",
        .counter,
        ["pool", "node"],
        "Restarts of the memcached process that the probes noticed."
    )
    package static let probes = MetricFamily(
        "ringd_probes_total",
        .counter,
        ["pool", "node", "result"],
        "Probes by result: ok, hard (refused), soft (timeout) or local (ringd's own trouble)."
    )
    package static let probeDuration = MetricFamily(
        "ringd_probe_duration_seconds",
        .histogram,
        ["pool"],
        "How long answered probes took."
    )
    package static let ringChanges = MetricFamily(
        "ringd_ring_changes_total",
        .counter,
        ["pool", "reason"],
        "Versions of the ring by what made them: add, eject, rejoin and so on."
    )
    package static let keysMoved = MetricFamily(
        "ringd_keys_moved_ratio_total",
        .counter,
        ["pool"],
        "Keys that changed their owner, summed over versions; 1 stands for all keys."
    )
    package static let lastWrite = MetricFamily(
        "ringd_snapshot_last_success_timestamp_seconds",
        .gauge,
        ["pool"],
        "When ringd last wrote the pool's snapshots, or beside them that it is alive: every 10 s."
    )
    package static let publishFailures = MetricFamily(
        "ringd_publish_failures_total",
        .counter,
        ["pool"],
        "Publications that the disk refused; each is tried again."
    )
    package static let commitDuration = MetricFamily(
        "ringd_db_write_duration_seconds",
        .histogram,
        [],
        "How long commits of changes took, with their sync."
    )
    package static let commitFailures = MetricFamily(
        "ringd_db_write_failures_total",
        .counter,
        [],
        "Commits that failed; nothing of them was published."
    )
    package static let requests = MetricFamily(
        "ringd_http_requests_total",
        .counter,
        ["route", "code"],
        "Requests that were answered, by route and status."
    )
    package static let openRequests = MetricFamily(
        "ringd_http_open_requests",
        .gauge,
        ["kind"],
        "Requests that stay open: streams of events, and waiters."
    )
    package static let startTime = MetricFamily(
        "process_start_time_seconds",
        .gauge,
        [],
        "When the process started, since 1970 UTC."
    )
    package static let cpu = MetricFamily(
        "process_cpu_seconds_total",
        .counter,
        [],
        "Processor time that the process used."
    )
    package static let memory = MetricFamily(
        "process_resident_memory_bytes",
        .gauge,
        [],
        "Memory that the process keeps in RAM."
    )
    package static let descriptors = MetricFamily(
        "process_open_fds",
        .gauge,
        [],
        "Open file descriptors."
    )
    package static let descriptorLimit = MetricFamily(
        "process_max_fds",
        .gauge,
        [],
        "The most file descriptors that may be open."
    )

    /// All that ringd exports, in the order in which it does.
    package static let all = [
        buildInfo, ready, epoch, ringVersion, unpublished, frozen, needsAck, nodes, nodeUp, nodeWeight, nodeShare,
        nodeLatency, nodeRestarts, probes, probeDuration, ringChanges, keysMoved, lastWrite, publishFailures,
        commitDuration, commitFailures, requests, openRequests, nodesLeftOut, seriesLeftOut, startTime, cpu, memory,
        descriptors, descriptorLimit,
    ]
}
