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

// Reads a command line of long options alone; take is given each, and says what is wrong with it.
struct option;
bool svc_options_walk(int argc, char **argv, const struct option *names,
                      bool (*take)(int option, const char *value, void *arg, struct err *err),
                      void *arg, struct err *err) CC_MUST_USE;

// Values of options that other programs of ours have too. ERR_INVALID as above.
bool svc_option_address(const char *option, const char *text, struct net_address *to,
                        struct err *err) CC_MUST_USE;
bool svc_option_level(const char *text, enum log_level *level, struct err *err) CC_MUST_USE;
bool svc_option_offset(const char *text, uint16_t *offset, struct err *err) CC_MUST_USE;
