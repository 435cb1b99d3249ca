import Foundation
import Glibc
import RingServer
import RingServerTesting
import Testing

@Suite struct ControlSocketTests {
    private func names(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory)
    }

    @Test func appearsWithItsModeAndLeavesNothingBehind() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/ringd.sock"
            try await withControlServer(FakeControlPlane(), at: path) {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == 0o660)
                let found = try names(in: directory)
                #expect(found == ["ringd.sock"])
            }
            let found = try names(in: directory)
            #expect(found == [])
        }
    }

    @Test func replacesASocketThatNobodyAnswers() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/ringd.sock"
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            close(descriptor)
            try #require(bound == 0)
            try await withControlServer(FakeControlPlane(), at: path) {
                let answer = try await RawClient(path: path).exchange("GET", "/healthz")
                #expect(answer?.status == 200)
            }
        }
    }

    @Test func refusesAPathThatSomebodyServes() async throws {
        try await withControlServer(FakeControlPlane()) { path in
            await #expect(throws: ListenError.self) {
                try await withControlServer(FakeControlPlane(), at: path) {}
            }
            let answer = try await RawClient(path: path).exchange("GET", "/healthz")
            #expect(answer?.status == 200)
        }
    }

    @Test(arguments: ["file", "link", "directory"])
    func refusesWhatIsNotASocket(kind: String) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/ringd.sock"
            switch kind {
            case "file": try "mine".write(toFile: path, atomically: false, encoding: .utf8)
            case "link": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/passwd")
            default: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            }
            await #expect(throws: ListenError.self) {
                try await withControlServer(FakeControlPlane(), at: path) {}
            }
            let found = try names(in: directory)
            #expect(found == ["ringd.sock"])
        }
    }

    @Test func refusesAPathThatIsTooLong() async throws {
        try await withTemporaryDirectory { directory in
            let error = await #expect(throws: ListenError.self) {
                let path = directory + "/" + String(repeating: "d", count: 100)
                try await withControlServer(FakeControlPlane(), at: path) {}
            }
            #expect(error?.problem.contains("too long") == true)
            let found = try names(in: directory)
            #expect(found == [])
        }
    }
}
