// dme_int: the engine's state and what its files ask of each other. Loop thread.
#pragma once

#include "dme/store.h"
#include "net/net.h"
#include "svc/svc.h"

struct dme {
    struct svc *svc;
    struct net_loop *loop;
    struct store *store; // owned
    struct net_timer *tick;
    bool ending;
};
