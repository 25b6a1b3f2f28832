"""Why a resource is protected, or is not: which condition failed first, and the smallest edit that would protect it."""
