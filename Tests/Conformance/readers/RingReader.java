// Follows the snapshots of one pool (format 1, dialect pinned-ketama) and says who owns a key.
// java RingReader.java RING.JSON POOL < KEYS      prints the index of the owner for each line

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

public final class RingReader {
    private final Path path;
    private final String pool;
    private String stamp = "";
    volatile Ring ring; // look-ups read this reference once; it is replaced as a whole
    volatile String error;

    RingReader(Path path, String pool) {
        this.path = path;
        this.pool = pool;
    }

    /** Call it once a second, give or take a fifth. */
    void check() {
        try {
            var status = Files.readAttributes(path, BasicFileAttributes.class);
            var seen = status.fileKey() + " " + status.size() + " " + Files.getLastModifiedTime(path);
            if (seen.equals(stamp)) return;
            if (!status.isRegularFile() || status.size() > 64 << 20) throw new Exception("not-a-file or too-large");
            var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(path))).toString();
            var next = follow(object(new Json(text).document()));
            if (next != null) ring = next;
            stamp = seen;
            error = null;
        } catch (Exception problem) {
            error = problem.toString(); // the last good ring stays
        }
    }

    private Ring follow(Map<String, Object> snapshot) throws Exception {
        require(snapshot.get("format").equals("1"), "unknown-format");
        require(snapshot.get("pool").equals(pool), "other-pool");
        require(digest(snapshot).equals(snapshot.get("digest")), "digest-mismatch");
        require(object(snapshot.get("dialect")).get("name").equals("pinned-ketama"), "unknown-dialect");
        require(!((List<?>) snapshot.get("slots")).isEmpty(), "no-slots");
        if (ring != null) {
            int order = Long.compare(number(snapshot, "epoch"), number(ring.snapshot, "epoch"));
            if (order == 0) order = Long.compare(number(snapshot, "version"), number(ring.snapshot, "version"));
            boolean same = snapshot.get("digest").equals(ring.snapshot.get("digest"));
            require(order >= 0, "older");
            require(order > 0 || same, "same-version-other-content");
            if (order == 0) return null;
        }
        var next = new Ring(snapshot);
        require(next.agreement().equals(snapshot.get("agreement")), "agreement-mismatch");
        return next;
    }

    static final class Ring {
        final Map<String, Object> snapshot;
        private final TreeMap<Long, Integer> points = new TreeMap<>();

        Ring(Map<String, Object> snapshot) throws Exception {
            this.snapshot = snapshot;
            var slots = (List<?>) snapshot.get("slots");
            for (int owner = 0; owner < slots.size(); owner++) {
                long count = number(object(slots.get(owner)), "points");
                for (int n = 0; n < count; n++) {
                    var words = md5(object(slots.get(owner)).get("label") + "-" + n / 4);
                    // Slots are in the order of their labels, so equal points fall to the first of them.
                    points.putIfAbsent(Integer.toUnsignedLong(words.getInt(n % 4 * 4)), owner);
                }
            }
        }

        int index(String key) throws Exception {
            var entry = points.ceilingEntry(Integer.toUnsignedLong(md5(key).getInt(0)));
            return (entry == null ? points.firstEntry() : entry).getValue();
        }

        /** The slot whose node to ask; null: answer a miss at once. */
        Map<String, Object> slot(String key) throws Exception {
            var slot = object(((List<?>) snapshot.get("slots")).get(index(key)));
            return slot.get("state").equals("held") ? null : slot;
        }

        String agreement() throws Exception {
            var owners = ByteBuffer.allocate(4 * 4096).order(ByteOrder.LITTLE_ENDIAN);
            for (int n = 0; n < 4096; n++) owners.putInt(index("ringd-agreement-" + n));
            return sha256(owners.array());
        }
    }

    private static String digest(Map<String, Object> snapshot) throws Exception {
        var text = new StringBuilder("ringd-snapshot 1\n");
        for (var name : List.of("pool", "epoch", "version", "parent", "created_at")) {
            line(text, name, snapshot.get(name));
        }
        var dialect = object(snapshot.get("dialect"));
        line(text, "dialect", dialect.get("name"));
        line(text, "key_hash", dialect.get("key_hash"));
        new TreeMap<>(object(dialect.get("options"))).forEach((name, value) -> line(text, "option." + name, value));
        line(text, "agreement", snapshot.get("agreement"));
        line(text, "audit_head", snapshot.get("audit_head"));
        for (var slot : (List<?>) snapshot.get("slots")) {
            text.append("slot");
            for (var name : List.of("label", "weight", "points", "state", "node", "host", "port", "zone")) {
                var value = object(slot).get(name);
                text.append('\t').append(value == null ? "" : value);
            }
            text.append('\n');
        }
        return sha256(text.toString().getBytes(UTF_8));
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(name).append('=').append(value == null ? "" : value).append('\n');
    }

    private static String sha256(byte[] bytes) throws Exception {
        return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static ByteBuffer md5(String text) throws Exception {
        var hash = MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8));
        return ByteBuffer.wrap(hash).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long number(Map<String, Object> members, String name) {
        return Long.parseLong(members.get(name).toString());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    private static void require(boolean condition, String reason) throws Exception {
        if (!condition) throw new Exception(reason);
    }

    /** The JSON that the JDK does not have; an application takes its own. Numbers stay text, null is null. */
    private static final class Json {
        private final String text;
        private int at;

        Json(String text) {
            this.text = text;
        }

        Object document() throws Exception {
            var value = value(0);
            require(next() == 0, "malformed");
            return value;
        }

        private char next() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
            return at < text.length() ? text.charAt(at) : 0;
        }

        private boolean take(char wanted) {
            boolean found = next() == wanted;
            if (found) at++;
            return found;
        }

        private Object value(int depth) throws Exception {
            require(depth < 32, "too-large");
            if (take('{')) {
                var members = new LinkedHashMap<String, Object>();
                if (take('}')) return members;
                do {
                    require(next() == '"', "malformed");
                    var name = string();
                    require(take(':') && !members.containsKey(name), "malformed");
                    members.put(name, value(depth + 1));
                } while (take(','));
                require(take('}'), "malformed");
                return members;
            }
            if (take('[')) {
                var elements = new ArrayList<Object>();
                if (take(']')) return elements;
                do elements.add(value(depth + 1)); while (take(','));
                require(take(']'), "malformed");
                return elements;
            }
            if (next() == '"') return string();
            int start = at;
            while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) at++;
            var word = text.substring(start, at);
            require(word.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?|true|false|null"), "malformed");
            return word.equals("null") ? null : word;
        }

        private String string() throws Exception {
            var result = new StringBuilder();
            for (at++; ; at++) {
                require(at < text.length() && text.charAt(at) >= ' ', "malformed");
                char c = text.charAt(at);
                if (c == '"') {
                    at++;
                    return result.toString();
                }
                if (c == '\\') {
                    int escape = "\"\\/bfnrt".indexOf(text.charAt(++at));
                    require(escape >= 0 || text.charAt(at) == 'u', "malformed");
                    if (escape >= 0) {
                        c = "\"\\/\b\f\n\r\t".charAt(escape);
                    } else {
                        c = (char) Integer.parseInt(text.substring(at + 1, at + 5), 16);
                        at += 4;
                    }
                }
                result.append(c);
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        var reader = new RingReader(Path.of(arguments[0]), arguments[1]);
        reader.check();
        if (reader.ring == null) {
            System.err.println(reader.error);
            System.exit(1);
        }
        var keys = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        var out = new PrintStream(System.out, false, UTF_8);
        for (String key; (key = keys.readLine()) != null; ) out.println(reader.ring.index(key));
        out.flush();
    }
}
