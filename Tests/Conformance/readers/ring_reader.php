<?php // Follows the ring of a pool (snapshot format 1, dialect pinned-ketama).
// php ring_reader.php RING.JSON POOL < KEYS prints the index of the owner of each line.

function digest(array $s): string {
    ksort($s['dialect']['options'], SORT_STRING);
    $lines = ['ringd-snapshot 1'];
    foreach (['pool', 'epoch', 'version', 'parent', 'created_at'] as $name) {
        $lines[] = "$name=" . ($s[$name] ?? '');
    }
    array_push($lines, "dialect={$s['dialect']['name']}", "key_hash={$s['dialect']['key_hash']}");
    foreach ($s['dialect']['options'] as $name => $value) {
        $lines[] = "option.$name=$value";
    }
    array_push($lines, "agreement={$s['agreement']}", "audit_head={$s['audit_head']}");
    $names = ['label', 'weight', 'points', 'state', 'node', 'host', 'port', 'zone'];
    foreach ($s['slots'] as $slot) {
        $lines[] = implode("\t", ['slot', ...array_map(fn ($name) => $slot[$name] ?? '', $names)]);
    }
    return 'sha256:' . hash('sha256', implode("\n", $lines) . "\n");
}

final class Ring {
    private array $points = [];

    public function __construct(public readonly array $snapshot) {
        foreach ($snapshot['slots'] as $owner => $slot) {
            for ($n = 0; $n < $slot['points']; $n++) {
                $this->points[] = [self::words($slot['label'] . '-' . intdiv($n, 4))[$n % 4], $owner];
            }
        }
        sort($this->points); // slots are in the order of their labels
    }

    public function index(string $key): int { // a slot that is "held" is a miss at once
        [$hash, $low, $high] = [self::words($key)[0], 0, count($this->points)];
        while ($low < $high) {
            $middle = intdiv($low + $high, 2);
            $this->points[$middle][0] < $hash ? $low = $middle + 1 : $high = $middle;
        }
        return $this->points[$low % count($this->points)][1];
    }

    private static function words(string $text): array {
        return array_values(unpack('V4', md5($text, true)));
    }
}

/** The ring to go on with; throws where the current one must stay. */
function load(string $path, string $pool, ?Ring $current = null): Ring {
    $text = is_file($path) && filesize($path) <= 64 << 20 ? file_get_contents($path) : '';
    $next = json_decode($text, true, 32, JSON_THROW_ON_ERROR);
    $mine = $current?->snapshot ?? ['epoch' => 0, 'version' => 0, 'digest' => ''];
    $order = [$next['epoch'], $next['version']] <=> [$mine['epoch'], $mine['version']];
    $ring = match (true) {
        $next['format'] !== 1 => throw new RuntimeException('unknown-format'),
        $next['pool'] !== $pool => throw new RuntimeException('other-pool'),
        $next['slots'] === [] => throw new RuntimeException('no-slots'),
        $next['digest'] !== digest($next) => throw new RuntimeException('digest-mismatch'),
        $next['dialect']['name'] !== 'pinned-ketama' => throw new RuntimeException('unknown-dialect'),
        $order < 0 || ($order === 0 && $next['digest'] !== $mine['digest']) => throw new RuntimeException('older'),
        default => new Ring($next),
    };
    $owners = pack('V*', ...array_map(fn (int $n): int => $ring->index("ringd-agreement-$n"), range(0, 4095)));
    $isSame = 'sha256:' . hash('sha256', $owners) === $next['agreement'];
    return $isSame ? $ring : throw new RuntimeException('agreement-mismatch');
}

$ring = load($argv[1], $argv[2]); // a worker does it again once a second, with the ring that it has, and catches
while (($key = fgets(STDIN)) !== false) {
    echo $ring->index(rtrim($key, "\n")), "\n";
}
