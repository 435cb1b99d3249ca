<?php
// Follows the snapshots of one pool (format 1, dialect pinned-ketama) and says who owns a key.
// php ring_reader.php RING.JSON POOL < KEYS      prints the index of the owner for each line
declare(strict_types=1);

final class Ring
{
    /** @var int[] */
    private array $hashes = [];
    /** @var int[] */
    private array $owners = [];

    public function __construct(public readonly array $snapshot)
    {
        $points = [];
        foreach ($snapshot['slots'] as $owner => $slot) {
            $words = [];
            for ($block = 0; count($words) < $slot['points']; $block++) {
                array_push($words, ...self::words("{$slot['label']}-$block"));
            }
            foreach (array_slice($words, 0, $slot['points']) as $point) {
                $points[] = [$point, $owner];
            }
        }
        sort($points); // slots are in the order of their labels, so equal points fall to the first of them
        $this->hashes = array_column($points, 0);
        $this->owners = array_column($points, 1);
    }

    private static function words(string $text): array
    {
        return array_values(unpack('V4', md5($text, true)));
    }

    public function index(string $key): int
    {
        $hash = self::words($key)[0];
        [$low, $high] = [0, count($this->hashes)];
        while ($low < $high) {
            $middle = intdiv($low + $high, 2);
            $this->hashes[$middle] < $hash ? $low = $middle + 1 : $high = $middle;
        }
        return $this->owners[$low % count($this->owners)];
    }

    public function node(string $key): ?array // null: answer a miss at once
    {
        $slot = $this->snapshot['slots'][$this->index($key)];
        return $slot['state'] === 'held' ? null : $slot;
    }

    public function agreement(): string
    {
        $owners = array_map(fn (int $number): int => $this->index("ringd-agreement-$number"), range(0, 4095));
        return 'sha256:' . hash('sha256', pack('V*', ...$owners));
    }
}

/** The ring of the file, or null where it is the current one; throws for whatever must not be taken. */
function follow(string $path, string $pool, ?Ring $current): ?Ring
{
    if (!is_file($path) || filesize($path) > 64 << 20 || ($text = file_get_contents($path)) === false) {
        throw new RuntimeException('unreadable');
    }
    $snapshot = json_decode($text, true, 64, JSON_THROW_ON_ERROR);
    $slots = $snapshot['slots'] ?? [];
    $wrong = match (true) {
        ($snapshot['format'] ?? null) !== 1 => 'unknown-format',
        $snapshot['pool'] !== $pool => 'other-pool',
        digest($snapshot) !== $snapshot['digest'] => 'digest-mismatch',
        $snapshot['dialect']['name'] !== 'pinned-ketama' => 'unknown-dialect',
        $slots === [] => 'no-slots',
        default => null,
    };
    if ($current !== null && $wrong === null) {
        $mine = $current->snapshot;
        $order = [$snapshot['epoch'], $snapshot['version']] <=> [$mine['epoch'], $mine['version']];
        if ($order === 0 && $snapshot['digest'] === $mine['digest']) {
            return null;
        }
        $wrong = $order > 0 ? null : ($order < 0 ? 'older' : 'same-version-other-content');
    }
    $ring = $wrong === null ? new Ring($snapshot) : null;
    $wrong ??= $ring->agreement() === $snapshot['agreement'] ? null : 'agreement-mismatch';
    return $wrong === null ? $ring : throw new RuntimeException($wrong);
}

function digest(array $snapshot): string
{
    $text = "ringd-snapshot 1\n";
    foreach (['pool', 'epoch', 'version', 'parent', 'created_at'] as $name) {
        $text .= "$name=" . ($snapshot[$name] ?? '') . "\n";
    }
    $dialect = $snapshot['dialect'];
    $text .= "dialect={$dialect['name']}\nkey_hash={$dialect['key_hash']}\n";
    ksort($dialect['options'], SORT_STRING);
    foreach ($dialect['options'] as $name => $value) {
        $text .= "option.$name=$value\n";
    }
    $text .= "agreement={$snapshot['agreement']}\naudit_head={$snapshot['audit_head']}\n";
    foreach ($snapshot['slots'] as $slot) {
        $cells = ['slot'];
        foreach (['label', 'weight', 'points', 'state', 'node', 'host', 'port', 'zone'] as $name) {
            $cells[] = $slot[$name] ?? '';
        }
        $text .= implode("\t", $cells) . "\n";
    }
    return 'sha256:' . hash('sha256', $text);
}

if (realpath($argv[0] ?? '') === __FILE__) {
    try {
        $ring = follow($argv[1], $argv[2], null);
    } catch (Throwable $error) { // a process that has a ring keeps it here, and tries again at the next poll
        fwrite(STDERR, $error->getMessage() . "\n");
        exit(1);
    }
    while (($key = fgets(STDIN)) !== false) {
        echo $ring->index(rtrim($key, "\n")), "\n";
    }
}
