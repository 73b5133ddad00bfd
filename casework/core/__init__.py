"""What every app shares: transitions, access, errors, requests, forms, the API's base. No models."""
