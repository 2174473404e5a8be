// options: an engine's command line.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/log.h"
#include "svc/svc.h"

struct svc_options {
    struct svc_settings settings; // borrows from argv
    enum log_level log;
    bool help;
    bool version;
};

// ERR_INVALID: a sentence that says which option is wrong.
bool svc_options_read(int argc, char **argv, struct svc_options *options,
                      struct err *err) CC_MUST_USE;
