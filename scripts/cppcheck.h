/* SPDX-License-Identifier: MIT */
/* For cppcheck, which reads no system headers: the macros of theirs that look like statements. */
#define json_array_foreach(array, i, item) \
	for (i = 0; i < json_array_size(array) && (item = json_array_get(array, i)); i++)
#define json_object_foreach(object, key, value) \
	for (key = json_object_iter_key(json_object_iter(object)); \
	     key && (value = json_object_get(object, key)); \
	     key = json_object_iter_key(json_object_iter_next(object, key)))
#define HASH_ITER(hh, head, item, next) \
	for (item = (head); item && (next = item->hh.next, 1); item = next)
