# Follows the ring of a pool (snapshot format 1, dialect pinned-ketama).
# ruby ring_reader.rb RING.JSON POOL < KEYS prints the index of the owner of each line.
require "digest"
require "json"

def digest(snapshot)
  dialect = snapshot["dialect"]
  lines = ["ringd-snapshot 1"]
  lines += %w[pool epoch version parent created_at].map { |name| "#{name}=#{snapshot[name]}" }
  lines += ["dialect=#{dialect["name"]}", "key_hash=#{dialect["key_hash"]}"]
  lines += dialect["options"].sort.map { |name, value| "option.#{name}=#{value}" }
  lines += %w[agreement audit_head].map { |name| "#{name}=#{snapshot[name]}" }
  columns = %w[label weight points state node host port zone]
  lines += snapshot["slots"].map { |slot| ["slot", *slot.values_at(*columns)].join("\t") }
  "sha256:" + Digest::SHA256.hexdigest(lines.map { |line| line + "\n" }.join)
end

class Ring
  attr_reader :snapshot

  def initialize(snapshot)
    @snapshot = snapshot
    points = snapshot["slots"].each_with_index.flat_map do |slot, owner|
      (0...slot["points"]).map { |n| [words("#{slot["label"]}-#{n / 4}")[n % 4], owner] }
    end
    @hashes, @owners = points.sort.transpose # slots are in the order of their labels
  end

  def index(key) # a slot that is "held" is a miss at once
    hash = words(key)[0]
    @owners[@hashes.bsearch_index { |point| point >= hash } || 0]
  end

  def agreement
    "sha256:" + Digest::SHA256.hexdigest((0...4096).map { |n| index("ringd-agreement-#{n}") }.pack("V*"))
  end

  private

  def words(text) = Digest::MD5.digest(text).unpack("V4")
end

def load_ring(path, pool, current = nil) # the ring to go on with; raises where the current one must stay
  raise "not a file of at most 64 MiB" unless File.file?(path) && File.size(path) <= 64 << 20
  snapshot = JSON.parse(File.read(path, encoding: "UTF-8"))
  raise "unknown-format" unless snapshot["format"] == 1
  raise "other-pool" unless snapshot["pool"] == pool
  raise "no-slots" if snapshot["slots"].empty?
  raise "digest-mismatch" unless snapshot["digest"] == digest(snapshot)
  raise "unknown-dialect" unless snapshot["dialect"]["name"] == "pinned-ketama"
  order = current ? snapshot.values_at("epoch", "version") <=> current.snapshot.values_at("epoch", "version") : 1
  return current if order == 0 && snapshot["digest"] == current.snapshot["digest"]
  raise "older, or another content of this version" unless order > 0
  ring = Ring.new(snapshot)
  raise "agreement-mismatch" unless ring.agreement == snapshot["agreement"]
  ring
end

ring = load_ring(*ARGV) # then once a second: ring = load_ring(*ARGV, ring) rescue the reason is logged
$stdin.each_line(chomp: true) { |key| puts ring.index(key) }
