/* What libmemcached takes for the same work: one line "name nanoseconds" each, and its version. */
#include <libhashkit-1.0/hashkit.h>
#include <libmemcached-1.0/memcached.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

enum { KEYS = 100000, ROUNDS = 7, KEY_BYTES = 20 };
static char keys[KEYS][KEY_BYTES + 1];

static double median_lookup(memcached_st *client, uint64_t *sum) {
  double times[ROUNDS];
  for (int round = 0; round < ROUNDS; round++) {
    double start = now();
    for (int i = 0; i < KEYS; i++) *sum += memcached_generate_hash(client, keys[i], KEY_BYTES);
    times[round] = (now() - start) / KEYS;
  }
  qsort(times, ROUNDS, sizeof *times, compare);
  return times[ROUNDS / 2];
}

static double median_md5(uint64_t *sum) {
  double times[ROUNDS];
  for (int round = 0; round < ROUNDS; round++) {
    double start = now();
    for (int i = 0; i < KEYS; i++) *sum += libhashkit_md5(keys[i], KEY_BYTES);
    times[round] = (now() - start) / KEYS;
  }
  qsort(times, ROUNDS, sizeof *times, compare);
  return times[ROUNDS / 2];
}

int main(int argc, char **argv) {
  uint64_t sum = 0;
  for (int i = 0; i < KEYS; i++) snprintf(keys[i], sizeof keys[i], "key:%016d", i * 7919 % KEYS);
  printf("version %s\n", memcached_lib_version());
  printf("md5 %.2f\n", median_md5(&sum));
  for (int argument = 1; argument < argc; argument++) {
    int servers = atoi(argv[argument]);
    memcached_st *client = memcached_create(NULL);
    memcached_behavior_set(client, MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED, 1);
    memcached_server_st *list = NULL;
    memcached_return_t result;
    for (int i = 0; i < servers; i++) {
      char host[32];
      snprintf(host, sizeof host, "10.0.%d.%d", i / 250, i % 250 + 1);
      list = memcached_server_list_append_with_weight(list, host, 11211, 1, &result);
    }
    double start = now();
    memcached_server_push(client, list);
    double build = now() - start;
    printf("build-%d %.0f\n", servers, build);
    printf("lookup-%d %.2f\n", servers, median_lookup(client, &sum));
    memcached_server_list_free(list);
    memcached_free(client);
  }
  fprintf(stderr, "checksum %llu\n", (unsigned long long) sum);
  return 0;
}
