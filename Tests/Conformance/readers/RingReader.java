// Follows the ring of a pool (snapshot format 1, dialect pinned-ketama, which has no options). Needs Gson for JSON.
// java -cp gson.jar RingReader.java RING.JSON POOL < KEYS prints the index of the owner of each line.
import com.google.gson.*;
import java.io.*;
import java.nio.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.MessageDigest;
import java.util.*;

public final class RingReader {
    final JsonObject snapshot;
    private final TreeMap<Long, Integer> points = new TreeMap<>();

    RingReader(JsonObject snapshot) throws Exception {
        this.snapshot = snapshot;
        var slots = snapshot.getAsJsonArray("slots");
        for (int owner = 0; owner < slots.size(); owner++) {
            var slot = slots.get(owner).getAsJsonObject();
            for (int n = 0; n < slot.get("points").getAsInt(); n++)
                // Slots are in the order of their labels, so of equal points the first owns.
                points.putIfAbsent(word(slot.get("label").getAsString() + "-" + n / 4, n % 4), owner);
        }
    }

    int index(String key) throws Exception { // a slot that is "held" is a miss at once
        var entry = points.ceilingEntry(word(key, 0));
        return (entry == null ? points.firstEntry() : entry).getValue();
    }

    private static long word(String text, int n) throws Exception {
        var hash = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
        return Integer.toUnsignedLong(ByteBuffer.wrap(hash).order(ByteOrder.LITTLE_ENDIAN).getInt(4 * n));
    }

    private static String sha256(byte[] bytes) throws Exception {
        return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static String cell(JsonObject members, String name) {
        var value = members.get(name);
        return value == null || value.isJsonNull() ? "" : value.getAsString();
    }

    private static String digest(JsonObject s) throws Exception {
        var text = new StringBuilder("ringd-snapshot 1\n");
        for (var name : List.of("pool", "epoch", "version", "parent", "created_at"))
            text.append(name + "=" + cell(s, name) + "\n");
        var dialect = s.getAsJsonObject("dialect");
        text.append("dialect=" + cell(dialect, "name") + "\nkey_hash=" + cell(dialect, "key_hash") + "\n");
        text.append("agreement=" + cell(s, "agreement") + "\naudit_head=" + cell(s, "audit_head") + "\n");
        for (var slot : s.getAsJsonArray("slots")) {
            text.append("slot");
            for (var name : List.of("label", "weight", "points", "state", "node", "host", "port", "zone"))
                text.append("\t" + cell(slot.getAsJsonObject(), name));
            text.append("\n");
        }
        return sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The ring to go on with; throws where the current one must stay. */
    static RingReader load(Path path, String pool, RingReader current) throws Exception {
        if (!Files.isRegularFile(path) || Files.size(path) > 64 << 20) throw new IOException("no file, or too large");
        var next = JsonParser.parseString(Files.readString(path)).getAsJsonObject();
        boolean isRight = cell(next, "format").equals("1") && cell(next, "pool").equals(pool)
            && cell(next.getAsJsonObject("dialect"), "name").equals("pinned-ketama")
            && !next.getAsJsonArray("slots").isEmpty() && digest(next).equals(cell(next, "digest"));
        if (!isRight) throw new IOException("not a ring of this pool in format 1, or its digest is wrong");
        var mine = current == null ? new long[2] : place(current.snapshot);
        boolean isSame = current != null && digest(current.snapshot).equals(cell(next, "digest"));
        if (!isSame && Arrays.compare(place(next), mine) <= 0) throw new IOException("older, or another content");
        var ring = new RingReader(next);
        var owners = ByteBuffer.allocate(4 * 4096).order(ByteOrder.LITTLE_ENDIAN);
        for (int n = 0; n < 4096; n++) owners.putInt(ring.index("ringd-agreement-" + n));
        if (!sha256(owners.array()).equals(cell(next, "agreement"))) throw new IOException("agreement-mismatch");
        return ring;
    }

    private static long[] place(JsonObject snapshot) {
        return new long[] {snapshot.get("epoch").getAsLong(), snapshot.get("version").getAsLong()};
    }

    public static void main(String[] arguments) throws Exception {
        RingReader ring = load(Path.of(arguments[0]), arguments[1], null); // then once a second, with what there is
        var keys = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String key; (key = keys.readLine()) != null; ) System.out.println(ring.index(key));
    }
}
