// readers: the card readers beside devices. Loop thread.
//
// no unit test: needs a running engine; tests/it/test_reader.py shows cards.

#include "dce/dce_int.h"

void dce_readers_follow(struct dce *dce)
{
    (void)dce;
}

void dce_readers_fini(struct dce *dce)
{
    (void)dce;
}

void dce_readers_count(const struct dce *dce, struct svc_counts *counts)
{
    (void)dce;
    (void)counts;
}
