import RingMemcached

extension MemcachedClient {
    /// Reads an item; `nil` is a miss, as is every key of a held slot.
    ///
    /// - Throws: ``MemcachedError``: see ``FailureMode``.
    public func get(_ key: String) async throws(MemcachedError) -> MemcachedValue? {
        try await ask(.get, key, unavailable: nil) { (connection, key) throws(MemcachedError) in
            try await connection.get(key)
        }
    }

    /// Reads an item and gives it another expiry, in one step; `nil` is a miss.
    ///
    /// - Throws: ``MemcachedError``: see ``FailureMode``.
    public func get(
        _ key: String,
        touching expiry: MemcachedExpiry
    ) async throws(MemcachedError) -> MemcachedValue? {
        try await ask(.getAndTouch, key, unavailable: nil) { (connection, key) throws(MemcachedError) in
            try await connection.get(key, touching: expiry)
        }
    }

    /// Reads several items with one round trip to each server, all at once; a key that is missing is a miss.
    ///
    /// A server that fails takes its own keys with it and no others: they are misses in every ``FailureMode``, and
    /// `failures` says why. More keys of one server than may be in flight take several round trips.
    ///
    /// - Throws: ``MemcachedError/Code/invalidKey``, before anything is sent.
    /// - Complexity: O(*n*) in keys.
    public func get(_ keys: [String]) async throws(MemcachedError) -> MultiGet {
        var rest: [MemcachedKey] = []
        for key in keys { rest.append(try MemcachedKey(key)) }
        var result = MultiGet()
        let start = metrics?.now()
        for turn in 0...Self.maximumTurns {
            rest = await ask(rest, isLast: turn == Self.maximumTurns, into: &result)
            if rest.isEmpty { break }
        }
        metrics?.record(.getMany, since: start)
        return result
    }

    /// What a reading of several items found.
    public struct MultiGet: Sendable {
        /// The items that are there.
        public var values: [String: MemcachedValue] = [:]
        /// The servers that did not answer.
        public var failures: [Owner: MemcachedError] = [:]
    }

    /// The keys for one server.
    struct Question: Sendable {
        let owner: Owner
        var keys: [MemcachedKey] = []
    }

    /// Asks the owners of the keys; returns the keys that were not sent because a node had just left the ring.
    private func ask(_ keys: [MemcachedKey], isLast: Bool, into result: inout MultiGet) async -> [MemcachedKey] {
        let questions = questions(about: keys)
        var turnedBack: [MemcachedKey] = []
        await withTaskGroup(of: (Question, Result<[MemcachedKey: MemcachedValue], MemcachedError>).self) { group in
            for question in questions {
                group.addTask { [nodes] in (question, await nodes.answer(question)) }
            }
            for await (question, answer) in group {
                switch answer {
                case .success(let found):
                    for (key, value) in found { result.values[key.text] = value }
                case .failure(let error) where error.isUnsent && !isLast:
                    turnedBack += question.keys
                case .failure(let error):
                    metrics?.count(error)
                    result.failures[question.owner] = error
                }
            }
        }
        return turnedBack
    }

    private func questions(about keys: [MemcachedKey]) -> [Question] {
        var questions: [Question] = []
        var places: [Owner: Int] = [:]
        for (key, owner) in zip(keys, ring.owners(of: keys.map(\.text))) {
            guard !owner.isHeld else {
                metrics?.countHeld()
                continue
            }
            let place = places[owner] ?? questions.count
            if place == questions.count {
                places[owner] = place
                questions.append(Question(owner: owner))
            }
            questions[place].keys.append(key)
        }
        return questions
    }
}
