import RingCore
import RingPlanner

extension Simulation {
    /// Makes a command of what an operator wants.
    mutating func issue(_ wish: Episode.Wish) {
        switch wish {
        case .add(let number): addNode(number)
        case .returning(let number): addReturning(number)
        case .remove(let number):
            let live = durable.nodes.count { $0.pool == Founding.pool && $0.admin != .retired }
            if live > max(3, scenario.nodes / 2), let node = node(number) { act(.removeNode(node)) }
        case .eject(let number): if let node = node(number) { act(.eject(node)) }
        case .readmit(let number, let acceptStale):
            if let node = node(number) { act(.readmit(node, acceptStale: acceptStale)) }
        case .weigh(let number, let weight):
            if let node = node(number) { act(.setNode(node, settings: [.init(key: "weight", value: "\(weight)")])) }
        case .freeze: act(.freeze, isAlwaysValid: true)
        case .thaw: act(.thaw, isAlwaysValid: true)
        case .acknowledge: act(.acknowledge, message: "looked at it", isAlwaysValid: true)
        case .undamp(let number): if let node = node(number) { act(.undamp(node)) }
        case .set(let number): set(number)
        case .nonsense(let number): sayNonsense(number)
        case .createPool(let number): act(.createPool(settings: []), pool: "side-\(number)")
        case .deletePool(let number): act(.deletePool, pool: "side-\(number)")
        case .addSpare(let number): addSpare(number)
        case .failback(let number): if let node = node(number) { act(.failback(node)) }
        case .drain(let number): if let node = node(number) { act(.drain(node)) }
        case .maintain(let number, let seconds):
            let end: Command.End? = seconds > 0 ? .after(.seconds(Int64(seconds))) : nil
            if let node = node(number) { act(.maintenance(node, until: end), message: "new memory") }
        case .enable(let number): if let node = node(number) { act(.enable(node, acceptStale: false)) }
        case .replace(let number): replace(number)
        case .batch(let number): changeMany(number)
        }
    }

    /// The name of a node of the pool that is not removed.
    func node(_ number: Int) -> NodeName? {
        let live = durable.nodes.filter { $0.pool == Founding.pool && $0.admin != .retired }
        return live.isEmpty ? nil : live[number % live.count].name
    }

    mutating func act(
        _ action: Command.Action,
        pool: String = "main",
        message: String = "",
        isAlwaysValid: Bool = false
    ) {
        guard let pool = try? PoolName(pool) else { return }
        send(Command(pool: pool, action: action, message: message), isAlwaysValid: isAlwaysValid)
    }

    /// A server that nobody knew; `nil` when there are enough.
    private mutating func freshServer() -> SimulatedServer? {
        guard servers.count < scenario.nodes * 2 + 20 else { return nil }
        var drawn = random
        guard let server = try? Founding.server(servers.count, scenario, &drawn) else { return nil }
        random = drawn
        servers.append(server)
        return server
    }

    private mutating func replace(_ number: Int) {
        guard let node = node(number), let server = freshServer() else { return }
        act(.replaceNode(node, with: server.address, flush: number % 2 == 0))
    }

    /// Several changes as one: a node more, one with another weight, and now and then one less.
    private mutating func changeMany(_ number: Int) {
        guard let server = freshServer(), let name = try? NodeName("batch-\(servers.count)"),
            let other = node(number), let third = node(number + 1)
        else { return }
        var actions: [Command.Action] = [
            .addNode(.init(name: name, address: server.address, wait: nil)),
            .setNode(other, settings: [.init(key: "weight", value: "\(60 + number % 90)")]),
        ]
        let live = durable.nodes.count { $0.pool == Founding.pool && $0.admin != .retired }
        if number % 3 == 0, live > max(3, scenario.nodes / 2) { actions.append(.removeNode(third)) }
        if number % 3 == 1 { actions.append(.drain(third)) }
        act(.batch(actions))
    }

    private mutating func addNode(_ number: Int) {
        guard let server = freshServer(), let name = try? NodeName("extra-\(servers.count)") else { return }
        let pool = number % 5 == 0 ? "side-\(number % 3)" : "main"
        act(.addNode(.init(name: name, address: server.address, wait: number % 2 == 0 ? nil : .seconds(5))), pool: pool)
    }

    private mutating func addSpare(_ number: Int) {
        guard let server = freshServer(), let name = try? NodeName("reserve-\(servers.count)") else { return }
        act(.addSpare(.init(name: name, address: server.address, flush: number % 3 == 0)))
    }

    /// Adds a server again that was removed, under another name.
    private mutating func addReturning(_ number: Int) {
        let retired = durable.nodes.filter { $0.pool == Founding.pool && $0.admin == .retired }
        guard !retired.isEmpty, let name = try? NodeName("again-\(office.errands.count)") else { return }
        let node = retired[number % retired.count]
        act(
            .addNode(
                .init(
                    name: name,
                    address: node.address,
                    isImmediate: number % 7 == 0,
                    flush: number % 3 == 0,
                    wait: nil
                )
            )
        )
    }

    private mutating func set(_ number: Int) {
        guard mutation == nil else { return }
        let sensible: [(String, String)] = [
            ("interval", "2s"), ("confirm", "1s"), ("rise", "2"), ("floor", "70%"), ("move-budget", "15%"),
            ("max-changes-per-hour", "10"), ("mode", "observe"), ("mode", "automatic"), ("damping", "off"),
            ("on-failure", "hold,eject"), ("on-failure", "default"), ("burst-window", "20s"), ("hold-for", "10s"),
            ("ramp", "50%,100%"), ("ramp", "none"), ("settle", "5s"),
        ]
        let (key, value) = sensible[number % sensible.count]
        guard key != "ramp" || scenario.dialect.name != "libmemcached-modula" else { return }
        act(.setPool(settings: [.init(key: key, value: value)]), isAlwaysValid: true)
    }

    private mutating func sayNonsense(_ number: Int) {
        guard let nobody = try? NodeName("nobody"), let first = node(number) else { return }
        let address = durable.nodes.first { $0.name == first }?.address
        switch number % 8 {
        case 0: act(.setPool(settings: [.init(key: "fllor", value: "80%")]))
        case 1: act(.setPool(settings: [.init(key: "floor", value: "180%")]))
        case 2: act(.removeNode(nobody))
        case 3: if let address { act(.addNode(.init(name: nobody, address: address))) }
        case 4: act(.setNode(first, settings: [.init(key: "weight", value: "ten")]))
        case 5: act(.acknowledge)
        case 6: act(.setPool(settings: [.init(key: "timeout", value: "10s")]))
        default:
            guard let pool = try? PoolName("main") else { return }
            send(Command(pool: pool, action: .eject(first), ifVersion: RingVersion(99_999)))
        }
    }
}
