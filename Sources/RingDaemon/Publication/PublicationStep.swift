/// One place in publication that calls the system, by name: a test can fail each, or stop the world after it.
package enum PublicationStep: String, Hashable, Sendable, CaseIterable {
    // The directories.
    case makeRoot = "make-root"
    case openRoot = "open-root"
    case statRoot = "stat-root"
    case lockRoot = "lock-root"
    case openRootParent = "open-root-parent"
    case syncRootParent = "sync-root-parent"
    case makePool = "make-pool"
    case openPool = "open-pool"
    case makeVersions = "make-versions"
    case openVersions = "open-versions"
    case setDirectoryMode = "set-directory-mode"
    case syncRoot = "sync-root"

    // A version.
    case createTemporary = "create-temporary"
    case setTemporaryMode = "set-temporary-mode"
    case writeTemporary = "write-temporary"
    case syncTemporary = "sync-temporary"
    case statTemporary = "stat-temporary"
    case closeTemporary = "close-temporary"
    case readBack = "read-back"
    case linkVersion = "link-version"
    case readVersion = "read-version"
    case replaceVersion = "replace-version"
    case syncVersions = "sync-versions"
    case statCurrent = "stat-current"
    case readCurrent = "read-current"
    case replaceCurrent = "replace-current"
    case syncPool = "sync-pool"
    case removeTemporary = "remove-temporary"

    // What is not needed any more.
    case listLeftovers = "list-leftovers"
    case removeLeftover = "remove-leftover"
    case listVersions = "list-versions"
    case removeVersion = "remove-version"

    // The note that the daemon is alive.
    case createAlive = "create-alive"
    case setAliveMode = "set-alive-mode"
    case writeAlive = "write-alive"
    case closeAlive = "close-alive"
    case replaceAlive = "replace-alive"
    case removeAliveTemporary = "remove-alive-temporary"
    case readAlive = "read-alive"
}
