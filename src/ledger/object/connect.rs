//! From a URL and the environment to a client: credentials as the cloud's own tools read them, TLS unless the
//! store is on this machine.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::client::{HttpClient, HttpConnector};
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use url::{Host, Url};

use super::aws_profile::Profile;
use super::directory::Directory;
use super::error::ObjectError;
use crate::ledger::network::check_network;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one try of a request may take.
const TRY: Duration = Duration::from_secs(15);

/// A client for the store of `url`, and the prefix in it.
pub(super) fn connect(url: &Url) -> Result<(Arc<dyn ObjectStore>, Path), ObjectError> {
    // The platform's roots, or those of SSL_CERT_FILE. An error here means that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let setup = Setup { url };
    if let Some(root) = directory(url) {
        if root.is_file() {
            return Err(setup.error("it is a file, and file:// names a directory", DIRECTORY));
        }
        return Ok((Arc::new(Directory::new(root)), Path::default()));
    }
    check_network().map_err(|error| setup.error(&error, error.hint()))?;
    let prefix = Path::from_url_path(url.path()).map_err(|_| {
        setup.error("the prefix has a part that no object can have (`.`, `..` or nothing)", PREFIX)
    })?;
    let store = match url.scheme() {
        "gs" => setup.google()?,
        "az" | "azure" | "abfs" | "abfss" => setup.azure()?,
        _ => setup.amazon()?,
    };
    Ok((store, prefix))
}

/// The directory that a `file:///…` names.
pub(super) fn directory(url: &Url) -> Option<PathBuf> {
    (url.scheme() == "file").then(|| url.to_file_path().ok()).flatten()
}

struct Setup<'a> {
    url: &'a Url,
}

const PREFIX: &str = "Name a bucket and a prefix, as in --ledger s3://bucket/acme.";
const DIRECTORY: &str = "A ledger in one file is named by its path alone, as in --ledger /srv/ledgers/acme.jsonl; \
     with file:// it is a directory with an object for each event, as in a bucket.";
const ENDPOINT: &str = "Use https:// for the endpoint; http:// is only for a store on this machine.";
const AMAZON: &str = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN where there is one), or \
     AWS_PROFILE with keys in ~/.aws/credentials. For SSO and roles, let the AWS tool set them: eval \"$(aws configure \
     export-credentials --format env)\".";
const GOOGLE: &str = "Set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account, or run `gcloud auth \
     application-default login`.";
const AZURE: &str = "Set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_KEY, or \
     AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET, or run `az login`.";

impl Setup<'_> {
    fn error(&self, why: impl fmt::Display, hint: &'static str) -> ObjectError {
        ObjectError::Setup { place: self.url.to_string(), why: why.to_string(), hint }
    }

    fn amazon(&self) -> Result<Arc<dyn ObjectStore>, ObjectError> {
        let mut builder = AmazonS3Builder::from_env()
            .with_url(self.url.as_str())
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_retry(retry());
        let get =
            |builder: &AmazonS3Builder, key| builder.get_config_value(&key).filter(|v| !v.trim().is_empty());
        let has_own = [
            AmazonS3ConfigKey::AccessKeyId,
            AmazonS3ConfigKey::WebIdentityTokenFile,
            AmazonS3ConfigKey::ContainerCredentialsRelativeUri,
            AmazonS3ConfigKey::ContainerCredentialsFullUri,
        ]
        .into_iter()
        .any(|key| get(&builder, key).is_some());
        let profile = Profile::read().map_err(|why| self.error(why, AMAZON))?;
        if get(&builder, AmazonS3ConfigKey::Region).is_none()
            && let Some(region) = &profile.region
        {
            builder = builder.with_region(region);
        }
        if !has_own && let (Some(id), Some(secret)) = (&profile.access_key_id, &profile.secret_access_key) {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret.expose());
            if let Some(token) = &profile.session_token {
                builder = builder.with_token(token.expose());
            }
        } else if !has_own && profile.is_named {
            return Err(self.error("the AWS profile that AWS_PROFILE names has no keys", AMAZON));
        } else if !has_own && is_true("AWS_EC2_METADATA_DISABLED") {
            return Err(self.error("there are no AWS credentials", AMAZON));
        }
        let endpoint = get(&builder, AmazonS3ConfigKey::S3Endpoint)
            .or_else(|| get(&builder, AmazonS3ConfigKey::Endpoint))
            .or(profile.endpoint_url);
        match endpoint {
            None => builder = builder.with_client_options(options()),
            Some(endpoint) => {
                // One place for both variables, so that what was checked is what is used.
                builder = builder
                    .with_config(AmazonS3ConfigKey::S3Endpoint, &endpoint)
                    .with_client_options(options());
                if self.is_local(&endpoint)? {
                    builder = builder.with_allow_http(true).with_http_connector(Local);
                }
            }
        }
        Ok(Arc::new(builder.build().map_err(|error| self.refused(&error, AMAZON))?))
    }

    fn google(&self) -> Result<Arc<dyn ObjectStore>, ObjectError> {
        let store = GoogleCloudStorageBuilder::from_env()
            .with_url(self.url.as_str())
            .with_retry(retry())
            .with_client_options(options())
            .build()
            .map_err(|error| self.refused(&error, GOOGLE))?;
        Ok(Arc::new(store))
    }

    fn azure(&self) -> Result<Arc<dyn ObjectStore>, ObjectError> {
        let mut builder = MicrosoftAzureBuilder::from_env()
            .with_url(self.url.as_str())
            .with_retry(retry())
            .with_client_options(options());
        let named = [
            "AZURE_STORAGE_ACCOUNT_KEY",
            "AZURE_STORAGE_ACCESS_KEY",
            "AZURE_STORAGE_SAS_KEY",
            "AZURE_CLIENT_ID",
            "AZURE_MSI_ENDPOINT",
            "AZURE_IDENTITY_ENDPOINT",
            "IDENTITY_ENDPOINT",
        ];
        let logged_in =
            std::env::home_dir().is_some_and(|home| home.join(".azure/azureProfile.json").is_file());
        if logged_in && !named.iter().any(|name| std::env::var_os(name).is_some()) {
            builder = builder.with_use_azure_cli(true);
        }
        if let Some(endpoint) = builder.get_config_value(&AzureConfigKey::Endpoint)
            && self.is_local(&endpoint)?
        {
            builder = builder.with_allow_http(true).with_http_connector(Local);
        }
        Ok(Arc::new(builder.build().map_err(|error| self.refused(&error, AZURE))?))
    }

    /// Whether an endpoint is http on this machine. http to another machine is refused.
    fn is_local(&self, endpoint: &str) -> Result<bool, ObjectError> {
        let url = Url::parse(endpoint.trim())
            .map_err(|_| self.error("the endpoint in the environment is no URL", ENDPOINT))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                self.error("the endpoint in the environment has a user name or password in it", ENDPOINT)
            );
        }
        match url.scheme() {
            "https" => Ok(false),
            "http" if is_loopback(&url) => Ok(true),
            "http" => {
                Err(self.error("the endpoint in the environment is http:// on another machine", ENDPOINT))
            }
            _ => Err(self.error("the endpoint in the environment is neither https:// nor http://", ENDPOINT)),
        }
    }

    /// What the client does not accept. Its text can name a value of the environment, so only its kind is said.
    fn refused(&self, error: &object_store::Error, hint: &'static str) -> ObjectError {
        tracing::debug!(kind = kind(error), "the client refused its configuration");
        self.error("what the environment says about its credentials is not complete or cannot be read", hint)
    }
}

fn kind(error: &object_store::Error) -> &'static str {
    match error {
        object_store::Error::Generic { store, .. } => store,
        object_store::Error::UnknownConfigurationKey { .. } => "unknown key",
        _ => "other",
    }
}

fn is_true(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| value.trim().eq_ignore_ascii_case("true"))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn options() -> ClientOptions {
    ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(TRY).with_allow_http(false)
}

/// What the client repeats by itself; writes whose answer was lost are looked at by us ([`super::bucket`]).
fn retry() -> RetryConfig {
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(3),
        base: 2.0,
    };
    RetryConfig { backoff, max_retries: 3, retry_timeout: Duration::from_secs(20) }
}

/// Connections to this machine: no proxy, no certificates, no redirects.
#[derive(Debug)]
struct Local;

impl HttpConnector for Local {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let fail = |source: Box<dyn std::error::Error + Send + Sync>| object_store::Error::Generic {
            store: "local",
            source,
        };
        let tls =
            rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| fail(error.into()))?
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT)
            .timeout(TRY)
            .tls_backend_preconfigured(tls)
            .build()
            .map_err(|error| fail(error.into()))?;
        Ok(HttpClient::new(client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn clear_text_is_only_for_this_machine() {
        let url = url("s3://bucket/p");
        let setup = Setup { url: &url };
        for local in ["http://127.0.0.1:5000", "http://localhost:9000/", "http://[::1]:1"] {
            assert!(setup.is_local(local).unwrap(), "{local}");
        }
        assert!(!setup.is_local("https://minio.example").unwrap());
        for bad in ["http://minio.example", "http://10.0.0.1", "ftp://x", "minio", "https://u:hunter2@x"] {
            let error = setup.is_local(bad).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
            assert!(error.hint().contains("https"), "{error}");
        }
    }

    #[test]
    fn a_prefix_is_taken_as_it_is_written() {
        let prefix = |text: &str| connect(&url(text)).map(|(_, prefix)| prefix.to_string());
        assert_eq!(prefix("s3://bucket/a/b/").unwrap(), "a/b");
        assert_eq!(prefix("s3://bucket").unwrap(), "");
        assert_eq!(prefix("s3://bucket/a%20b").unwrap(), "a b");
    }
}
