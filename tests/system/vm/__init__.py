"""Live tests that need WireGuard in the kernel: `python -m tests.system.vm` runs them in a virtual machine without any network device."""
