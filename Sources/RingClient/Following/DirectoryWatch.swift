import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Hears from the system when something in a directory is replaced or written.
///
/// The directory is watched and not the file: a file that is replaced takes its watch with it. What happened is not
/// looked at, because mounted volumes replace the file under another name; whoever is woken looks at the file.
final class DirectoryWatch: Sendable {
    private let channel: any Channel

    private init(_ channel: any Channel) { self.channel = channel }

    /// Whether nothing more will be heard: the directory is gone.
    var isOver: Bool { !channel.isActive }

    func end() async { try? await channel.close() }

    #if canImport(Glibc) || canImport(Musl)
        /// Begins to watch the directory of a file.
        ///
        /// - Throws: an error of the system, where there is no such directory or no more watches are to be had.
        static func begin(
            forFileAt path: String,
            wake: @escaping @Sendable () -> Void
        ) async throws -> DirectoryWatch {
            let descriptor = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
            guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "inotify_init1") }
            let events = IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
            guard inotify_add_watch(descriptor, directory(of: path), UInt32(events)) >= 0 else {
                defer { close(descriptor) }
                throw IOError(errnoCode: errno, reason: "inotify_add_watch")
            }
            do {
                let channel = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(EventReader(wake: wake))
                        }
                    }
                    .takingOwnershipOfDescriptor(input: descriptor)
                    .get()
                return DirectoryWatch(channel)
            } catch {
                close(descriptor)
                throw error
            }
        }

        private static func directory(of path: String) -> String {
            guard let slash = path.utf8.lastIndex(of: 0x2F) else { return "." }
            return slash == path.startIndex ? "/" : String(path[..<slash])
        }
    #else
        static func begin(
            forFileAt path: String,
            wake: @escaping @Sendable () -> Void
        ) async throws -> DirectoryWatch {
            throw ChannelError.operationUnsupported
        }
    #endif
}

#if canImport(Glibc) || canImport(Musl)
    /// Turns events into wake-ups; ends with the directory.
    private final class EventReader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let wake: @Sendable () -> Void

        init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            // An event: watch, mask, cookie, length of the name, name. The system hands out whole ones.
            while let (_, mask, _, length) = bytes.readMultipleIntegers(
                endianness: .host,
                as: (UInt32, UInt32, UInt32, UInt32).self
            ) {
                bytes.moveReaderIndex(forwardBy: min(Int(length), bytes.readableBytes))
                if mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0 { context.close(promise: nil) }
            }
            wake()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
#endif
