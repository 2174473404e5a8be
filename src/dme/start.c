// start: the engine's calls, its beginning and its end. Loop thread.
//
// no unit test: is the whole engine; tests/it/test_dme.py runs it.

#include "dme/dme.h"
#include "dme/dme_int.h"

#include "base/mem.h"

#include <stdlib.h>

static bool start(struct svc *svc, void *state, struct err *err)
{
    struct dme *dme = state;
    dme->svc = svc;
    dme->loop = svc_loop(svc);
    return dme_store_open(dme->loop, svc_path(svc, "dme/dme.db"), &dme->store, err);
}

static void stop(struct svc *svc, void *state)
{
    (void)state;
    svc_stopped(svc);
}

static void fini(void *state)
{
    struct dme *dme = state;
    dme->ending = true;
    dme_store_close(&dme->store);
}

int dme_main(int argc, char **argv)
{
    struct dme *dme = mem_new(sizeof(*dme));
    const struct svc_engine engine = {
        .engine = ENGINE_DME,
        .start = start,
        .stop = stop,
        .fini = fini,
        .state = dme,
    };
    int status = svc_main(&engine, argc, argv);
    free(dme);
    return status;
}
