#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What this process has used so far.
struct ProcessUsage {
    /// Seconds of CPU, in the program and in the kernel on its behalf.
    let cpu: Double
    let contextSwitches: Int

    static var now: ProcessUsage {
        var usage = rusage()
        // 0 is RUSAGE_SELF, which Swift sees under different types on different systems.
        getrusage(0, &usage)
        return ProcessUsage(
            cpu: Double(clock()) / Double(CLOCKS_PER_SEC),
            contextSwitches: usage.ru_nvcsw + usage.ru_nivcsw
        )
    }

    /// The resident set in KiB, from /proc.
    static var residentKiB: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = fread(&bytes, 1, bytes.count, file)
        let fields = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4 : 0
    }
}
