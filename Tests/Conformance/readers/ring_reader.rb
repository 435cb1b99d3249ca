# Follows the snapshots of one pool (format 1, dialect pinned-ketama) and says who owns a key.
# ruby ring_reader.rb RING.JSON POOL < KEYS      prints the index of the owner for each line
require "digest"
require "json"

class Ring
  attr_reader :snapshot

  def initialize(snapshot)
    @snapshot = snapshot
    points = snapshot["slots"].each_with_index.flat_map do |slot, owner|
      blocks = (0...(slot["points"] + 3) / 4).flat_map { |block| Ring.words("#{slot["label"]}-#{block}") }
      blocks.first(slot["points"]).map { |point| [point, owner] }
    end
    points.sort! # slots are in the order of their labels, so equal points fall to the first of them
    @hashes, @owners = points.transpose
  end

  def self.words(text) = Digest::MD5.digest(text).unpack("V4")

  def index(key)
    hash = Ring.words(key)[0]
    @owners[@hashes.bsearch_index { |point| point >= hash } || 0]
  end

  def node(key) # nil: answer a miss at once
    slot = @snapshot["slots"][index(key)]
    slot["state"] == "held" ? nil : slot
  end

  def agreement
    "sha256:" + Digest::SHA256.hexdigest((0...4096).map { |number| index("ringd-agreement-#{number}") }.pack("V*"))
  end
end

class LiveRing
  attr_reader :ring, :error

  def initialize(path, pool)
    @path, @pool = path, pool
  end

  def check # call it once a second, give or take a fifth; look-ups go on with the ring meanwhile
    File.open(@path, File::RDONLY | File::NONBLOCK) do |file|
      status = file.stat
      stamp = [status.dev, status.ino, status.size, status.mtime.to_r]
      break if stamp == @stamp
      raise "not-a-file" unless status.file?
      raise "too-large" if status.size > 64 << 20
      follow(JSON.parse(file.read.force_encoding("UTF-8")))
      @stamp = stamp
      @error = nil
    end
  rescue StandardError => error
    @error = error.message # the last good ring stays
  end

  private

  def follow(snapshot)
    raise "unknown-format" unless snapshot["format"] == 1
    raise "other-pool" unless snapshot["pool"] == @pool
    raise "digest-mismatch" unless digest(snapshot) == snapshot["digest"]
    raise "unknown-dialect" unless snapshot["dialect"]["name"] == "pinned-ketama"
    raise "no-slots" if snapshot["slots"].empty?
    mine = @ring ? @ring.snapshot.values_at("epoch", "version") : [0, 0]
    order = snapshot.values_at("epoch", "version") <=> mine
    raise "older" if order < 0
    raise "same-version-other-content" if order == 0 && snapshot["digest"] != @ring.snapshot["digest"]
    return if order == 0
    ring = Ring.new(snapshot)
    raise "agreement-mismatch" unless ring.agreement == snapshot["agreement"]
    @ring = ring
  end

  def digest(snapshot)
    dialect = snapshot["dialect"]
    lines = ["ringd-snapshot 1"]
    lines += %w[pool epoch version parent created_at].map { |name| "#{name}=#{snapshot[name]}" }
    lines += ["dialect=#{dialect["name"]}", "key_hash=#{dialect["key_hash"]}"]
    lines += dialect["options"].sort.map { |name, value| "option.#{name}=#{value}" }
    lines += %w[agreement audit_head].map { |name| "#{name}=#{snapshot[name]}" }
    names = %w[label weight points state node host port zone]
    lines += snapshot["slots"].map { |slot| ["slot", *slot.values_at(*names)].join("\t") }
    "sha256:" + Digest::SHA256.hexdigest(lines.map { |line| line + "\n" }.join)
  end
end

if $PROGRAM_NAME == __FILE__
  live = LiveRing.new(*ARGV)
  live.check
  abort(live.error) unless live.ring
  $stdin.each_line(chomp: true) { |key| puts live.ring.index(key) }
end
