# Prints the index of the server that Dalli takes for each key of standard input, one a line.
#
# usage: ruby owners.rb HOST:PORT:WEIGHT...
require "dalli"

# The ring asks each server whether it is alive, which would connect; none of them is there.
class Dalli::Protocol::Binary
  def alive?
    true
  end
end

places = {}
ARGV.each_with_index { |server, index| places[server[/\A.*(?=:\d+\z)/]] = index }
ring = Dalli::Client.new(ARGV.to_a, {}).send(:ring)
STDIN.each_line { |line| puts places.fetch(ring.server_for_key(line.chomp("\n")).name) }
