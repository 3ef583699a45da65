"""The answer to a finding: a plan that is a pure function of it, then admission with limits.

`plan` says which revocation would stop the abuse, or why none goes out; `admit` decides, tenant by
tenant, whether it may go out now. Neither does I/O or reads a clock.
"""
