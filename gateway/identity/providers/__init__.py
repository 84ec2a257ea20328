"""Who is asked who somebody is: ЕСИА and OpenID providers, each behind the same few questions."""
