#ifndef MERCER_LIBZIP_H
#define MERCER_LIBZIP_H

// libzip by pointers that are found when the first archive is opened: with what it needs, which is a
// library of ciphers, it takes as long to load as a small prediction.
#include <zip.h>

#define MERCER_ZIP_FUNCTIONS(X)                                                             \
  X(zip_open) X(zip_open_from_source) X(zip_discard) X(zip_source_buffer_create)            \
  X(zip_source_free) X(zip_error_init) X(zip_error_init_with_code) X(zip_error_fini)        \
  X(zip_error_strerror) X(zip_get_num_entries) X(zip_get_name) X(zip_stat_index)            \
  X(zip_fopen_index) X(zip_fread) X(zip_fclose)

#define MERCER_ZIP_MEMBER(name) __typeof__(name) *_Nonnull name;
typedef struct {
  MERCER_ZIP_FUNCTIONS(MERCER_ZIP_MEMBER)
} mercer_zip;
#undef MERCER_ZIP_MEMBER

/// Loads libzip and fills the table; 0 where that cannot be done, with the reason in `reason`, of `room`
/// bytes.
int mercer_load_zip(mercer_zip *_Nonnull table, char *_Nonnull reason, long room);

#endif
