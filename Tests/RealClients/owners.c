/* Prints the index of the server that libmemcached takes for each key of standard input, one a line.
 *
 * usage: owners modula|ketama|ketama-md5|ketama-weighted|ketama-spy HOST:PORT:WEIGHT...
 */
#include <libmemcached/memcached.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set(memcached_st *client, memcached_behavior_t behavior, uint64_t value) {
    return memcached_behavior_set(client, behavior, value) == MEMCACHED_SUCCESS;
}

static int configure(memcached_st *client, const char *kind) {
    if (!strcmp(kind, "modula")) return 1;
    if (!strcmp(kind, "ketama")) return set(client, MEMCACHED_BEHAVIOR_KETAMA, 1);
    if (!strcmp(kind, "ketama-md5"))
        return set(client, MEMCACHED_BEHAVIOR_KETAMA, 1) &&
               set(client, MEMCACHED_BEHAVIOR_HASH, MEMCACHED_HASH_MD5);
    if (!strcmp(kind, "ketama-weighted")) return set(client, MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED, 1);
    if (!strcmp(kind, "ketama-spy"))
        return set(client, MEMCACHED_BEHAVIOR_DISTRIBUTION, MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA_SPY);
    return 0;
}

int main(int argc, char **argv) {
    memcached_st *client = memcached_create(NULL);
    if (argc < 3 || !client || !configure(client, argv[1])) return 64;
    for (int i = 2; i < argc; i++) {
        char *port = strchr(argv[i], ':');
        char *weight = port ? strchr(port + 1, ':') : NULL;
        if (!weight) return 64;
        *port = *weight = 0;
        if (memcached_server_add_with_weight(client, argv[i], (in_port_t)atoi(port + 1),
                                             (uint32_t)atoi(weight + 1)) != MEMCACHED_SUCCESS)
            return 70;
    }
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        size_t length = strcspn(line, "\n");
        printf("%u\n", memcached_generate_hash(client, line, length));
    }
    memcached_free(client);
    return 0;
}
