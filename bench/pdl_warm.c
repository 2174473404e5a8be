// pdl_warm READER FILE ROUNDS: what one document costs a warm pool, round trip included.
#include "base/buf.h"
#include "base/clk.h"
#include "base/fs.h"
#include "count/count.h"
#include <stdio.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    struct err err;
    struct buf file = BUF_CAP(1 << 28);
    int rounds = argc == 4 ? atoi(argv[3]) : 0;
    struct count_options options = { .program = argc == 4 ? argv[1] : NULL, .workers_max = 1 };
    struct count *count = NULL;
    int64_t *took = calloc((size_t)rounds + 1, sizeof(*took));
    if (rounds < 1 || took == NULL || !fs_read(argv[2], &file, &err) ||
        !count_open(&options, &count, &err)) {
        fprintf(stderr, "usage: pdl_warm READER FILE ROUNDS (%s)\n", rounds < 1 ? "" : err.text);
        return EXIT_FAILURE;
    }
    for (int i = 0; i < rounds; i++) {
        Quoin__V1__DocumentFacts *facts = NULL;
        int64_t from = clk_mono_ns();
        if (!count_bytes(count, buf_str(&file), NULL, &facts, &err)) {
            fprintf(stderr, "%s\n", err.text);
            return EXIT_FAILURE;
        }
        took[i] = clk_mono_ns() - from;
        count_facts_free(&facts);
    }
    qsort(took, (size_t)rounds, sizeof(*took), compare);
    printf("{\"rounds\":%d,\"p50_us\":%.1f,\"p99_us\":%.1f}\n", rounds,
           (double)took[rounds / 2] / 1000, (double)took[rounds * 99 / 100] / 1000);
    count_free(&count);
    buf_free(&file);
    free(took);
    return EXIT_SUCCESS;
}
