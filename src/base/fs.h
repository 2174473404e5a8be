// fs: small files, whole. Blocking; paths come from settings, never from requests.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"

// Adds the whole file to buf; ERR_LIMIT past buf's cap, ERR_NOT_FOUND when it is not there.
bool fs_read(const char *path, struct buf *buf, struct err *err) CC_MUST_USE;

// Writes beside, syncs, renames over, syncs the folder: after success the new content is durable,
// after failure the old one stands. mode is the file's.
bool fs_replace(const char *path, struct str content, unsigned mode, struct err *err) CC_MUST_USE;

// Makes the folder (mode 0700) and those above it; one that is there already is success.
bool fs_make_folder(const char *path, struct err *err) CC_MUST_USE;

// Takes the lock file for this process's life; ERR_CONFLICT names who holds it. *fd is the
// caller's to keep open.
bool fs_lock(const char *path, int *fd, struct err *err) CC_MUST_USE;
