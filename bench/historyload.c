// historyload: what years of devices take on disk. Each device prints in so many minutes of a
// working day, uses up its five supplies, and is broken now and then; every night what is old is
// forgotten.
//
//     historyload FILE DEVICES YEARS [PRINTING_MINUTES]      prints JSON, a line a year
//
// The samples go to the store's own functions, with the clock of the simulation.

#include "dme/history_db.h"
#include "dme/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define MINUTE_MS 60000LL
#define DAY_MS (24 * 60 * MINUTE_MS)
#define BEGIN_MS 1700006400000LL // a day begins

enum { SUPPLIES = 5, WORK_BEGINS = 8 * 60, WORK_LASTS = 10 * 60 };

static struct err err;
static int64_t samples;

static void must(bool ok)
{
    if (!ok) {
        fprintf(stderr, "historyload: %s\n", err.text);
        exit(1);
    }
}

static void sample(struct history *history, const char *device, const char *series, int64_t at,
                   int64_t value)
{
    const struct history_sample one = {
        .device = str_of(device), .series = str_of(series), .at = at, .value = value, .gain = 1
    };
    must(dme_history_sample(history, &one, &err));
    samples++;
}

static void day_of(struct history *history, int number, int64_t day, int minutes)
{
    char device[32];
    char series[32];
    int64_t at = BEGIN_MS + day * DAY_MS;
    snprintf(device, sizeof(device), "printer-%05d", number);
    sample(history, device, "pages", at, day * minutes * 3); // once a day, whatever happens
    sample(history, device, "state", at, 0);
    for (int supply = 0; supply < SUPPLIES; supply++) {
        snprintf(series, sizeof(series), "supply:toner %d", supply);
        sample(history, device, series, at, 100 - (day + number) % 100);
    }
    bool works = day % 7 < 5;
    for (int i = 0; works && i < minutes; i++) {
        int64_t minute = WORK_BEGINS + (int64_t)i * WORK_LASTS / minutes;
        sample(history, device, "pages", at + minute * MINUTE_MS, (day * minutes + i) * 3);
    }
    if (works && (day + number) % 5 == 0) { // out of paper
        sample(history, device, "state", at + (WORK_BEGINS + 60) * MINUTE_MS, 3);
        sample(history, device, "state", at + (WORK_BEGINS + 75) * MINUTE_MS, 0);
    }
}

static void night(struct history *history, int64_t day)
{
    for (bool more = true; more;) {
        must(dme_history_forget(history, BEGIN_MS + day * DAY_MS, 100000, &more, &err));
    }
}

static double cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: historyload FILE DEVICES YEARS [PRINTING_MINUTES]\n");
        return 2;
    }
    int devices = atoi(argv[2]);
    int years = atoi(argv[3]);
    int minutes = argc > 4 ? atoi(argv[4]) : 60;
    struct store *store = NULL;
    struct net_loop *loop = net_loop_new();
    must(dme_store_open(loop, argv[1], &store, &err));
    struct history *history = dme_store_part(store, STORE_HISTORY);
    struct db *db = dme_store_db(store);
    for (int64_t day = 0; day < years * 365; day++) {
        must(db_begin(db, &err));
        for (int number = 0; number < devices; number++) {
            day_of(history, number, day, minutes);
        }
        night(history, day);
        must(db_commit(db, &err));
        if (day % 365 == 364) {
            int64_t rows = 0;
            struct stat file;
            must(dme_history_rows(history, &rows, &err));
            must(db_checkpoint(db, 0, &err));
            stat(argv[1], &file);
            printf("{\"year\": %lld, \"bytes_a_device\": %lld, \"rows_a_device\": %lld, "
                   "\"us_a_sample\": %.1f}\n",
                   (long long)day / 365 + 1, (long long)file.st_size / devices,
                   (long long)rows / devices, cpu_s() * 1e6 / (double)samples);
            fflush(stdout);
        }
    }
    dme_store_close(&store);
    net_loop_free(&loop);
    return 0;
}
