// snmp_bench [TARGETS [PORT]] - looks a second and CPU a look of the poller, with every tenth
// device dead, against a reflector in this process or against what answers on PORT; and bytes a
// device.
#include "snmp/snmp.h"

#include "base/clk.h"
#include "base/mem.h"
#include "base/num.h"
#include <stdio.h>
#include <sys/resource.h>

struct bench {
    struct net_loop *loop;
    size_t left;
    uint64_t told;
    uint64_t messages;
};

static void on_result(void *arg, const struct snmp_result *result)
{
    struct bench *bench = arg;
    bench->told += result->mib != NULL ? 1 : 0;
    bench->messages += result->messages;
    bench->left--;
    if (bench->left == 0) {
        net_loop_stop(bench->loop);
    }
}

static void on_silence(void *arg, struct net_udp *udp, const struct net_address *from,
                       struct str bytes)
{
    (void)arg;
    (void)udp;
    (void)from;
    (void)bytes;
}

static double cpu_us(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static long memory_kib(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss;
}

static uint64_t number_of(int argc, char **argv, int at, uint64_t otherwise)
{
    uint64_t value = otherwise;
    return argc > at && num_u64(str_of(argv[at]), 1000000, &value) ? value : otherwise;
}

static void round_of(struct bench *bench, struct snmp_poller *poller, struct snmp_target **targets,
                     size_t count, unsigned wants)
{
    int64_t began = clk_mono_ms();
    double cpu = cpu_us();
    bench->left = count;
    bench->told = 0;
    bench->messages = 0;
    for (size_t i = 0; i < count; i++) {
        if (snmp_look_start(poller, targets[i], wants, on_result, bench) == NULL) {
            bench->left--;
        }
    }
    net_loop_run(bench->loop);
    double took = (double)(clk_mono_ms() - began) / 1000;
    printf("wants %2u: %zu looks in %.1f s, %.0f a second, %.0f us of CPU each, %llu told, "
           "%llu messages, at most %ld KiB\n",
           wants, count, took, (double)count / took, (cpu_us() - cpu) / (double)count,
           (unsigned long long)bench->told, (unsigned long long)bench->messages, memory_kib());
}

int main(int argc, char **argv)
{
    size_t count = (size_t)number_of(argc, argv, 1, 10000);
    uint16_t port = (uint16_t)number_of(argc, argv, 2, 161);
    struct err err;
    struct net_udp *silent = NULL;
    struct bench bench = { .loop = net_loop_new() };
    struct snmp_poller *poller = snmp_poller_new(bench.loop, NULL);
    struct snmp_target **targets = mem_new(count * sizeof(struct snmp_target *));
    if (!net_udp_new(bench.loop, "127.0.0.1", 0, on_silence, NULL, &silent, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    long before = memory_kib();
    for (size_t i = 0; i < count; i++) {
        struct snmp_access access = { .host = "127.0.0.1",
                                      .port = i % 10 == 9 ? net_udp_port(silent) : port };
        if (!snmp_target_new(&access, &targets[i], &err)) {
            return 1;
        }
    }
    printf("%zu devices, every tenth dead: %ld KiB for them\n", count, memory_kib() - before);
    round_of(&bench, poller, targets, count, SNMP_WANT_ALL);
    round_of(&bench, poller, targets, count, SNMP_WANT_STATE);
    round_of(&bench, poller, targets, count, SNMP_WANT_STATE);
    for (size_t i = 0; i < count; i++) {
        snmp_target_free(&targets[i]);
    }
    snmp_poller_free(&poller);
    net_udp_close(&silent);
    net_loop_free(&bench.loop);
    return 0;
}
