// Kernel.
